/**
 * Reads fingerprints that operators write, and writes those that they read.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";

const FINGERPRINT_REGEXP = /^[0-9a-f]{64}$/;
const FINGERPRINTS_REGEXP = /[0-9a-f]{64}/g;
const COLONS_REGEXP = /^[0-9a-f]{2}(:[0-9a-f]{2}){31}$/;

/**
 * Reads a fingerprint: 64 hexadecimal digits in any case, with or without a colon after each two.
 *
 * @example As openssl prints it
 * ```ts
 * import assert from "node:assert/strict";
 * const digits = Array.from({ length: 32 }, () => "AB");
 * assert.equal(readFingerprint(` ${digits.join(":")}\n`), "ab".repeat(32));
 * assert.equal(readFingerprint("ab"), undefined);
 * ```
 *
 * @returns The fingerprint, or undefined if the text is none.
 */
export function readFingerprint(text: string): Fingerprint | undefined {
  const lower = text.trim().toLowerCase();
  const digits = COLONS_REGEXP.test(lower) ? lower.replaceAll(":", "") : lower;
  return FINGERPRINT_REGEXP.test(digits) ? digits as Fingerprint : undefined;
}

/**
 * Shortens each fingerprint in a text to 12 digits, as `lxc config trust list` shows them.
 *
 * @example A refused action
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(shorten(`to revoke ${"ab".repeat(32)}`), "to revoke abababababab");
 * ```
 */
export function shorten(text: string): string {
  return text.replaceAll(FINGERPRINTS_REGEXP, (fingerprint) => fingerprint.slice(0, 12));
}
