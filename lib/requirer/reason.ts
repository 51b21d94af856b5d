/**
 * A reason against what a requirer wrote: its code for software, with the words for people.
 *
 * @module
 */
import type { RejectionCode } from "./codes.ts";

/** Why something is rejected. The words never stand without their code. */
export interface Reason {
  /** The code. It never changes its meaning. */
  readonly code: RejectionCode;
  /** The reason and the remedy, for the requirer's author. */
  readonly reason: string;
}

/**
 * Joins a code and the words of a check that has one reason only.
 *
 * @example A check that found something, and one that did not
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(because("too-large", "It is large"), { code: "too-large", reason: "It is large" });
 * assert.equal(because("too-large", undefined), undefined);
 * ```
 *
 * @param reason The words; undefined if there is no reason.
 */
export function because(code: RejectionCode, reason: string | undefined): Reason | undefined {
  return reason === undefined ? undefined : { code, reason };
}
