/**
 * A project in a temporary folder, for the tests of the build.
 *
 * @module
 */

import { dirname } from "node:path/posix";
import { bundled } from "./bundled.ts";
import { ELF_HEADER_SIZE } from "./elf.ts";
import type { Runtime } from "./runtime.ts";
import { DENO_VERSION } from "./target.ts";
import { makeTemporaryFolder } from "../tests/temporary.ts";

/** A project in a temporary folder. */
export interface FakeProject extends AsyncDisposable {
  /** Root of the project. */
  readonly root: string;
  /** Folder for the charm. */
  readonly out: string;
  /** Writes a file of the project. */
  readonly write: (path: string, text: string) => Promise<void>;
}

/** The content of `charmcraft.yaml`. */
export const CHARMCRAFT = `
type: charm
name: fake
summary: A charm
description: For tests
base: ubuntu@24.04
platforms: { amd64: }
parts: { charm: { plugin: nil } }
provides: { api: { interface: lxd } }
actions: { say: { description: Says something } }
`;

const DENO_JSON = JSON.stringify({
  permissions: {
    nothing: {},
    start: { env: ["JUJU_*"], run: ["status-set"] },
  },
});

/**
 * Creates the text of an entry file.
 *
 * @param permissions Name of the permission set.
 * @param code Code below the first line.
 */
export function entry(permissions: string, code = ""): string {
  return `#!/usr/bin/env -S deno run -P=${permissions}\n${code}`;
}

/** A runtime for small charms: its `deno` is `/bin/true`. */
export const SMALL_RUNTIME: Runtime = bundled({
  arch: "amd64",
  reason: "for tests",
  deno: "/bin/true",
});

/**
 * Creates a small substitute for `denort`: a shell with Deno's user agent. An executable that `deno compile` makes with
 * it runs the script on its standard input.
 */
export async function smallDenort(): Promise<Uint8Array<ArrayBuffer>> {
  const shell = await Deno.readFile("/bin/dash");
  const userAgent = new TextEncoder().encode(`Deno/${DENO_VERSION}`);
  const bytes = new Uint8Array(shell.length + ELF_HEADER_SIZE);
  bytes.set(shell);
  bytes.set(userAgent, shell.length);
  return bytes;
}

/**
 * Creates a project with the hooks `start` and `api-relation-changed`, and the action `say`.
 *
 * @param files Files by path, which are added or replace others.
 */
export async function fakeProject(
  files: Readonly<Record<string, string>> = {},
): Promise<FakeProject> {
  const root = await makeTemporaryFolder({ prefix: "a project " });
  const write = async (path: string, text: string) => {
    await Deno.mkdir(dirname(`${root}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  };
  const all = {
    "charmcraft.yaml": CHARMCRAFT,
    "deno.json": DENO_JSON,
    "hooks/api-relation-changed.ts": entry("nothing", "globalThis.changed = 1;\n"),
    "hooks/start.ts": entry("start", "globalThis.started = import.meta.url;\n"),
    "actions/say.ts": entry("nothing", "globalThis.said = 1;\n"),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) await write(path, text);
  return {
    root,
    out: `${root}/dist`,
    write,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
