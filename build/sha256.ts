/**
 * SHA-256.
 *
 * @module
 */

/**
 * Computes the SHA-256 of bytes.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.match(await sha256Of(new Uint8Array()), /^e3b0c442[0-9a-f]{56}$/);
 * ```
 *
 * @returns The hash, in lower-case hexadecimal.
 */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
