/**
 * Files and tasks of this project.
 *
 * @module
 */
import { glob } from "node:fs/promises";
import { dirname } from "node:path/posix";
import { type Ended, run } from "./process.ts";

/** The project's root. */
export const ROOT: string = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** The charm as `deno task build --runtime bundled` made it. */
export const CHARM = `${ROOT}/dist/lxd-integrator_amd64.charm`;

/** Sources of the charm. */
const SOURCES = [
  "{charmcraft.yaml,deno.json,deno.lock,LICENSE,README.md,CHANGES.md,SECURITY.md,icon.svg}",
  "docs/**/*.*",
  "{actions,hooks,lib,build}/**/*.{json,sh,ts}",
  // Deno refuses a workspace without its members.
  "{lib,tests}/**/deno.json",
];

/**
 * Copies the sources of the charm.
 *
 * @param folder Folder for the copy.
 */
export async function copyProject(folder: string): Promise<void> {
  for await (const path of glob(SOURCES, { cwd: ROOT })) {
    await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await Deno.copyFile(`${ROOT}/${path}`, `${folder}/${path}`);
  }
}

/**
 * Runs a task of `deno.json`.
 *
 * @param args Name of the task, and its arguments.
 * @param env Variables, beside those of this process.
 */
export async function task(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  // Otherwise the first line is the command of the task.
  const command = [Deno.execPath(), "task", "--quiet", ...args] as const;
  return await run(command, { cwd: ROOT, env: { DENORT_BIN: "", NO_COLOR: "1", ...env } });
}
