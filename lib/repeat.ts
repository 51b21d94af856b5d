/**
 * Tries again what may go well a moment later.
 *
 * @module
 */

import { PAUSES_MS } from "./time_limits.ts";

/**
 * Makes an attempt, and up to two more after pauses that grow.
 *
 * @example The second attempt goes well
 * ```ts
 * import assert from "node:assert/strict";
 * let attempts = 0;
 * const result = await repeat(() => Promise.resolve(++attempts), (result) => result === 2);
 * assert.equal(result, 2);
 * ```
 *
 * @param attempt Makes one attempt.
 * @param isFinal Whether what came of it shall not be tried again.
 * @returns What came of the last attempt.
 */
export async function repeat<T>(
  attempt: () => Promise<T>,
  isFinal: (result: T) => boolean,
): Promise<T> {
  for (const pause of PAUSES_MS) {
    const result = await attempt();
    if (isFinal(result)) return result;
    // Half of it at random, or all units of an application would come back at the same moment.
    const length = pause * (0.5 + Math.random() / 2);
    await new Promise((resolve) => setTimeout(resolve, length));
  }
  return await attempt();
}
