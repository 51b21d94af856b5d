/**
 * The charm without its runtime: the files that a Juju model reads while hooks run in process.
 *
 * @module
 */
import { type CharmFile, program } from "../../build/charm_file.ts";
import { renderDeclarations } from "../../build/declarations.ts";
import { findExecutables } from "../../build/executables.ts";
import { pack } from "../../build/pack.ts";
import { readCharmcraft } from "../../build/project.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** Content of its hooks. A hook fails if it runs as a program. */
export const LEAN_HOOK = "#!/bin/sh\nexit 70\n";

let made: Promise<string> | undefined;

/**
 * Makes the lean charm once for this process, and returns its path. The file is removed when the
 * process ends.
 */
export function leanCharm(): Promise<string> {
  return made ??= makeLeanCharm();
}

async function makeLeanCharm(): Promise<string> {
  const { bytes } = await pack(await leanFiles());
  const path = await Deno.makeTempFile({ prefix: "lean-", suffix: ".charm" });
  globalThis.addEventListener("unload", () => Deno.removeSync(path));
  await Deno.writeFile(path, bytes);
  return path;
}

async function leanFiles(): Promise<readonly CharmFile[]> {
  const [charmcraft, executables] = await Promise.all([
    readCharmcraft(ROOT),
    findExecutables(ROOT),
  ]);
  return [
    ...renderDeclarations(charmcraft, "amd64"),
    ...executables.map(({ path }) => program(path, LEAN_HOOK)),
  ];
}
