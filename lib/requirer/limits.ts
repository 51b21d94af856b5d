/**
 * The limits of what a requirer may write into its databag. The provider rejects what is over them, and
 * the library for requirers does not write it.
 *
 * @module
 */
import { decodeBase64 } from "./base64.ts";
import type { Certificate } from "./certificate.ts";

/** The limits, the same in both interfaces. */
export const LIMITS = {
  /** Bytes of UTF-8 in one key of a databag. */
  text: 1_048_576,
  /** Bytes of DER in one certificate. */
  certificate: 16_384,
  /** Different certificates of one requirer. */
  certificates: 100,
  /** Different projects that one requirer names. */
  projects: 64,
} as const;

/** A text over the limit. It stands for every such text, so that none of them is kept in memory. */
export const TOO_LONG: string = " ".repeat(LIMITS.text + 1);

// One code unit of a text takes at most as many bytes in UTF-8.
const MAXIMUM_BYTES = 3;

/**
 * Says whether a text of a databag is over the limit.
 *
 * @example The limit is in bytes
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(!isTooLong("a".repeat(1_048_576)));
 * assert.ok(isTooLong("\u00e9".repeat(600_000)));
 * ```
 */
export function isTooLong(text: string): boolean {
  if (text.length > LIMITS.text) return true;
  // The text is encoded only if its length does not decide.
  return text.length * MAXIMUM_BYTES > LIMITS.text &&
    new TextEncoder().encode(text).length > LIMITS.text;
}

/** The reason against a key of a databag that is over the limit. */
export function reasonAgainstText(key: string): string {
  return `The key ${key} has more than 1 MiB (${LIMITS.text} bytes), which is the limit: shorten it`;
}

/**
 * Checks the size of a certificate.
 *
 * @returns The reason why it is over the limit, or undefined if it is not.
 */
export function reasonAgainstSize({ der }: Certificate): string | undefined {
  const { length } = decodeBase64(der);
  if (length <= LIMITS.certificate) return undefined;
  return `The certificate has ${length} bytes, and the limit is 16 KiB (${LIMITS.certificate} ` +
    "bytes): use one without large extensions";
}

/**
 * Writes the reason against the certificates over the limit.
 *
 * @example One too many
 * ```ts
 * import assert from "node:assert/strict";
 * const reason = reasonAgainstMore(1);
 * assert.equal(reason, "The limit is 100 certificates, and 1 more was sent: withdraw those not in use");
 * ```
 *
 * @param more How many there are over the limit.
 */
export function reasonAgainstMore(more: number): string {
  return `The limit is ${LIMITS.certificates} certificates, and ${more} more ` +
    `${more === 1 ? "was" : "were"} sent: withdraw those not in use`;
}

/**
 * Checks the number of projects.
 *
 * @param number How many different ones are named.
 * @returns The reason why there are too many, or undefined if there are not.
 */
export function reasonAgainstProjects(number: number): string | undefined {
  if (number <= LIMITS.projects) return undefined;
  return `projects has ${number} names, and the limit is ${LIMITS.projects}: name fewer`;
}
