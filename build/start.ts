/**
 * The check that an executable of the charm starts. An executable that compiles may still not start.
 *
 * @module
 */

import { dirname } from "node:path/posix";
import type { CharmFile } from "./charm_file.ts";
import { BuildError } from "./error.ts";

/** The error of an executable that does not start. */
export class StartError extends BuildError {
  override readonly name = "StartError";
}

/** Message of a hook that runs without Juju. */
const OUTSIDE = "Cannot run outside a hook";
/** Time to assemble a hundred megabytes on a slow disk, in milliseconds. */
const START_TIMEOUT_MS = 60_000;

/**
 * Starts an executable as a unit does, but outside Juju, without variables and without standard input. The executable
 * starts if its exit code is 0, or if it prints that Juju is missing.
 *
 * @param path Path of the executable in the charm.
 * @param files Files of the charm that it needs.
 * @throws {StartError} If the executable does not start.
 */
export async function checkStart(path: string, files: readonly CharmFile[]): Promise<void> {
  const charm = await Deno.makeTempDir({ prefix: "charm-" });
  try {
    for (const { path, kind, bytes } of files) {
      await Deno.mkdir(dirname(`${charm}/${path}`), { recursive: true });
      const mode = kind === "program" ? 0o755 : 0o644;
      await Deno.writeFile(`${charm}/${path}`, bytes, { mode });
    }
    const said = await start(charm, path);
    if (said !== undefined) throw new StartError(`Cannot start ${path}: ${said}`);
  } finally {
    await Deno.remove(charm, { recursive: true });
  }
}

/** Starts the executable. Returns the problem; undefined if there is none. */
async function start(charm: string, path: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  const options = { cwd: charm, clearEnv: true, stdin: "null", signal } as const;
  try {
    const { success, stderr } = await new Deno.Command(`${charm}/${path}`, options).output();
    const text = new TextDecoder().decode(stderr);
    if (success || text.includes(OUTSIDE)) return undefined;
    if (signal.aborted) return "it does not end within a minute";
    return text.trim().replaceAll(/\s*\n\s*/g, "; ") || "it says nothing";
  } catch (error) {
    // The system may forbid to run programs in the folder for temporary files.
    return (error as Error).message;
  }
}
