/**
 * Starts an executable of the charm, as a unit would: that it was compiled does not tell that it runs.
 *
 * @module
 */

import { dirname } from "node:path/posix";
import type { CharmFile } from "./charm_file.ts";
import { BuildError } from "./error.ts";

/** A compiled executable does not start. */
export class StartError extends BuildError {
  override readonly name = "StartError";
}

/** What our hooks say where no Juju is around. */
const OUTSIDE = "Cannot run outside a hook";
/** Long enough to put a hundred megabytes together on a slow disk. In milliseconds. */
const START_TIMEOUT_MS = 60_000;

/**
 * Starts an executable outside Juju, with no variable and nothing on its standard input. It has started if it ends well,
 * or says that it is not run by Juju.
 *
 * @param path Path of the executable in the charm.
 * @param files The files of the charm that it needs.
 * @throws {StartError} If it does not start.
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

/** Tells what went wrong, if something did. */
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
    // Such as where nothing in the folder for temporary files may be run.
    return (error as Error).message;
  }
}
