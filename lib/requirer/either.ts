/**
 * Joins signals.
 *
 * @module
 */

/**
 * Joins signals to one that aborts with the first of them.
 *
 * @example One of two is absent
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(either(undefined, AbortSignal.abort()).aborted);
 * assert.ok(!either(undefined, undefined).aborted);
 * ```
 */
export function either(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
