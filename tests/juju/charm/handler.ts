/**
 * Finds the executable of a hook or an action.
 *
 * @module
 */

import { join } from "node:path/posix";

/** The executable of a hook or an action. */
export type Handler =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "missing" }
  | { readonly kind: "error"; readonly message: string };

/** Finds `dispatch`, or else the file with the hook's name (discoverHookHandler). */
export async function findHandler(
  charmDir: string,
  folder: "hooks" | "actions",
  name: string,
): Promise<Handler> {
  if (await stat(join(charmDir, "metadata.yaml")) === undefined) {
    return { kind: "error", message: "charm missing from disk" };
  }
  const dispatch = join(charmDir, "dispatch");
  const path = await stat(dispatch) ? dispatch : join(charmDir, folder, name);
  const info = await stat(path);
  if (!info) return { kind: "missing" };
  // Go's exec.LookPath fails here and tries no other file.
  const executable = info.isFile && ((info.mode ?? 0) & 0o111) !== 0;
  return executable
    ? { kind: "found", path }
    : { kind: "error", message: `exec: "${path}": permission denied` };
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
