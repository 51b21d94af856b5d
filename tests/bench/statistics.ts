/**
 * Medians and ratios.
 *
 * @module
 */

/**
 * Returns the median.
 *
 * @example An even number of values
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(median([4, 1, 3, 2]), 2.5);
 * ```
 *
 * @returns NaN for no value.
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? NaN, sorted[Math.floor(middle)] ?? NaN];
  return (low + high) / 2;
}

/**
 * Returns the median of the ratios of two programs, round by round. The programs of a round ran right
 * after each other, so the load of the machine was the same for both.
 *
 * @example The second round was slow
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(ratio([2, 20, 2.2], [1, 10, 1]), 2);
 * ```
 */
export function ratio(values: readonly number[], to: readonly number[]): number {
  return median(values.map((value, round) => value / (to[round] ?? NaN)));
}
