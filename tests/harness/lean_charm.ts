/**
 * The charm without its runtime: what a Juju model needs to know of it, where hooks run in process.
 *
 * @module
 */
import { renderDeclarations } from "../../build/declarations.ts";
import { findExecutables } from "../../build/executables.ts";
import { readCharmcraft } from "../../build/project.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** What its hooks are: they are to be run in process. */
export const LEAN_HOOK = "#!/bin/sh\nexit 70\n";

/** A folder with the charm, removed on disposal. */
export interface LeanCharm extends AsyncDisposable {
  /** Path of the folder. */
  readonly path: string;
}

/**
 * Makes a folder with the charm's declarations, and with hooks that fail if they are run.
 *
 * @returns The folder.
 */
export async function createLeanCharm(): Promise<LeanCharm> {
  const path = await Deno.makeTempDir({ prefix: "lean-charm-" });
  const [charmcraft, executables] = await Promise.all([
    readCharmcraft(ROOT),
    findExecutables(ROOT),
  ]);
  await Deno.mkdir(`${path}/hooks`);
  for (const file of renderDeclarations(charmcraft, "amd64")) {
    await Deno.writeFile(`${path}/${file.path}`, file.bytes);
  }
  for (const { path: hook } of executables) {
    await Deno.writeTextFile(`${path}/${hook}`, LEAN_HOOK, { mode: 0o755 });
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
