/**
 * Writes of files that fail as a whole.
 *
 * @module
 */

import { dirname } from "node:path/posix";

/** A file to write. */
export interface Output {
  /** Path. */
  readonly path: string;
  /** Content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Mode. @default {0o644} */
  readonly mode?: number;
}

/**
 * Writes files that belong together. No file replaces an older one before all are complete.
 *
 * @param outputs The files. Missing folders are created.
 * @throws The error of the system if a file cannot be written. Then no part of a file remains.
 */
export async function writeWhole(outputs: readonly Output[]): Promise<void> {
  const suffix = crypto.randomUUID();
  try {
    for (const { path, bytes, mode = 0o644 } of outputs) {
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeFile(`${path}.${suffix}`, bytes, { mode });
    }
    for (const { path } of outputs) await Deno.rename(`${path}.${suffix}`, path);
  } catch (error) {
    for (const { path } of outputs) await Deno.remove(`${path}.${suffix}`).catch(() => {});
    throw error;
  }
}
