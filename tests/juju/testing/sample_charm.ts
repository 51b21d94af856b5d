/**
 * Small charms for tests.
 *
 * @module
 */

import { dirname, join } from "node:path/posix";
import { makeDirectory } from "../disk/directories.ts";

/** Files of a charm by path: the text, or the text and the mode. */
export type SampleFiles = Readonly<
  Record<string, string | { readonly text: string; readonly mode: number }>
>;

const METADATA = `
name: sample
summary: Sample.
description: Sample.
provides:
  api:
    interface: http
peers:
  cluster:
    interface: sample-peers
`;

const CONFIG = `
options:
  port: {type: int, default: 8443}
  label: {type: string}
  ratio: {type: float, default: 0.5}
  debug: {type: boolean, default: false}
  token: {type: secret}
`;

const ACTIONS = `
greet:
  params:
    who: {type: string, default: world}
    loud: {type: boolean}
  additionalProperties: false
  required: [who]
absent: {}
`;

const MANIFEST = `
bases: [{name: ubuntu, channel: "24.04", architectures: [amd64]}]
`;

/** The directory of a charm. Disposal removes it. */
export interface SampleCharm extends AsyncDisposable {
  /** Path of the directory. */
  readonly path: string;
}

/**
 * Writes the files of a charm to a temporary directory.
 *
 * The charm is named `sample`. It provides the endpoint `api` with the interface `http`, and has
 * peers, options and actions. Given files replace its metadata.yaml, config.yaml, actions.yaml and
 * manifest.yaml. `dispatch` and files in `hooks/` and `actions/` become executable.
 */
export async function sampleCharm(
  files: SampleFiles = {},
): Promise<SampleCharm> {
  const path = await makeDirectory();
  const all: SampleFiles = {
    "metadata.yaml": METADATA,
    "config.yaml": CONFIG,
    "actions.yaml": ACTIONS,
    "manifest.yaml": MANIFEST,
    ...files,
  };
  for (const [name, file] of Object.entries(all)) {
    const executable = /^(?:hooks|actions)\/|^dispatch$/.test(name);
    const { mode, text } = typeof file === "string"
      ? { text: file, mode: executable ? 0o755 : 0o644 }
      : file;
    await Deno.mkdir(dirname(join(path, name)), { recursive: true });
    await Deno.writeTextFile(join(path, name), text);
    await Deno.chmod(join(path, name), mode);
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}

/**
 * Returns a shell script that stops at the first error.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(script("status-set active"), "#!/bin/sh\nset -eu\nstatus-set active\n");
 * ```
 */
export function script(...lines: readonly string[]): string {
  return ["#!/bin/sh", "set -eu", ...lines, ""].join("\n");
}
