/**
 * Decodes base64 in every runtime of the library.
 *
 * @module
 */

/**
 * Decodes base64. Node.js has `Uint8Array.fromBase64()` from version 25 on only.
 *
 * @example Two bytes
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(decodeBase64("AQI="), Uint8Array.of(1, 2));
 * ```
 *
 * @param text White space is ignored, and padding may be missing.
 * @throws {DOMException} If the text is not base64.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  // Uint8Array.from() is twenty times as slow.
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
