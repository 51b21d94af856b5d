/**
 * Random numbers that are the same for the same seed.
 *
 * @module
 */

/**
 * Makes a generator of random integers (mulberry32). Each is at least 0 and less than the argument.
 * Use it for the option `pick` of createModel().
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const below = random(1);
 * assert.ok(below(6) < 6);
 * ```
 */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
