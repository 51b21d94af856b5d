/**
 * Small charms for the tests of the model itself, made in a temporary
 * directory.
 *
 * @module
 */

import { dirname, join } from "node:path/posix";

/** Files of a charm: content, or a mode with it. */
export type SampleFiles = Readonly<
  Record<string, string | { readonly text: string; readonly mode: number }>
>;

/** Metadata of the sample charm, unless the files have another. */
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

/** A charm on disk, removed on disposal. */
export interface SampleCharm extends AsyncDisposable {
  readonly path: string;
}

/** Writes a charm; files in `hooks/` and `actions/` become executable. */
export async function sampleCharm(
  files: SampleFiles = {},
): Promise<SampleCharm> {
  const path = await Deno.makeTempDir({ prefix: "sample-" });
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

/** A shell script that stops at the first error. */
export function script(...lines: readonly string[]): string {
  return ["#!/bin/sh", "set -eu", ...lines, ""].join("\n");
}
