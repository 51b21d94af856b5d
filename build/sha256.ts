/**
 * SHA-256.
 *
 * @module
 */

/**
 * Computes the SHA-256 of bytes.
 *
 * @param bytes The bytes.
 * @returns The hash, in lower-case hexadecimal.
 */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
