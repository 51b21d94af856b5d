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
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    const { success, stderr } = await new Deno.Command(`${charm}/${path}`, {
      cwd: charm,
      clearEnv: true,
      stdin: "null",
      signal,
    }).output();
    const text = new TextDecoder().decode(stderr);
    if (success || text.includes(OUTSIDE)) return;
    const said = text.trim().replaceAll(/\s*\n\s*/g, "; ") || "it says nothing";
    throw new StartError(
      `${path} does not start: ${signal.aborted ? "it does not end within a minute" : said}`,
    );
  } finally {
    await Deno.remove(charm, { recursive: true });
  }
}
