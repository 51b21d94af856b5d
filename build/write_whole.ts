/**
 * Writes files whole or not at all.
 *
 * @module
 */

import { dirname } from "node:path/posix";

/** A file to write. */
export interface Output {
  /** Its path. */
  readonly path: string;
  /** Its content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its mode. @default {0o644} */
  readonly mode?: number;
}

/**
 * Writes files that belong together: none takes its place before all are whole.
 *
 * @param outputs The files. Their folders are made where they are not there.
 * @throws If one cannot be written; then none is, and no part of one stays.
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
