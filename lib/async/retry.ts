/**
 * Tries again what may succeed a moment later.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** When to try again. */
export interface RetryOptions<T> {
  /** Whether a result ends the attempts. */
  readonly isFinal: (result: T) => boolean;
  /** The pauses between attempts, in milliseconds. One attempt more is made than there are pauses. */
  readonly pauses: readonly number[];
  /** Measures the pauses. */
  readonly clock: Pick<Clock, "pause">;
}

/**
 * Makes attempts until one has a final result, or no pause is left. Each pause is shortened by up to
 * a half at random. Without that, all units of an application would come back at the same moment.
 *
 * @example The second attempt succeeds
 * ```ts
 * import assert from "node:assert/strict";
 * let attempts = 0;
 * const attempt = () => Promise.resolve(++attempts);
 * const result = await retry(attempt, {
 *   isFinal: (result) => result === 2,
 *   pauses: [200, 400],
 *   clock: { pause: () => Promise.resolve() },
 * });
 * assert.equal(result, 2);
 * ```
 *
 * @returns The result of the last attempt.
 * @throws What an attempt throws. It is not tried again.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  { isFinal, pauses, clock }: RetryOptions<T>,
): Promise<T> {
  for (const pause of pauses) {
    const result = await attempt();
    if (isFinal(result)) return result;
    await clock.pause(pause * (0.5 + Math.random() / 2));
  }
  return await attempt();
}
