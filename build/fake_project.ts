/**
 * A project in a temporary folder, for the tests of the build.
 *
 * @module
 */

import { dirname } from "node:path/posix";
import { program } from "./charm_file.ts";
import { bundled, type Runtime } from "./runtime.ts";

/** A project in a temporary folder. */
export interface FakeProject extends AsyncDisposable {
  /** Its folder. */
  readonly root: string;
  /** Folder for its charm. */
  readonly out: string;
  /** Writes one of its files. */
  readonly write: (path: string, text: string) => Promise<void>;
}

/** The declaration of the project's charm. */
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
    "start": { env: ["JUJU_*"], run: ["status-set"] },
    "action-say": {},
  },
});

/** A runtime that makes small charms. */
export const SMALL_RUNTIME: Runtime = {
  ...bundled("amd64", "/nowhere"),
  shared: () => Promise.resolve([program("runtime/deno", "#!/bin/true\n")]),
};

/**
 * Makes a project with the hook `start` and the action `say`.
 *
 * @param files More files by path, or others in their place.
 * @returns The project.
 */
export async function fakeProject(
  files: Readonly<Record<string, string>> = {},
): Promise<FakeProject> {
  const root = await Deno.makeTempDir({ prefix: "a project " });
  const write = async (path: string, text: string) => {
    await Deno.mkdir(dirname(`${root}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  };
  const all = {
    "charmcraft.yaml": CHARMCRAFT,
    "deno.json": DENO_JSON,
    "hooks/start.ts": "globalThis.started = import.meta.url;\n",
    "hooks/actions/say.ts": "globalThis.said = 1;\n",
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
