/**
 * All time limits of a hook. Hook tools have none: Juju answers them, or ends the hook.
 *
 * @module
 */

/**
 * Limit for all of LXD's answers after `is-leader`, in milliseconds. Juju promises leadership for 30
 * seconds after it. A shorter limit keeps a former leader from changing the trust store beside the new
 * one. A hook with more work asks `is-leader` again.
 */
export const LXD_LIMIT_MS = 25_000;

/**
 * Age at which the answer of `is-leader` is too old for another step, in milliseconds. A step is two
 * requests, and has time for both.
 */
export const LEADER_AGE_MS = 3_000;

/**
 * Limit for the changes of a hook, and another time for its revocations, in milliseconds. It lets 1,000
 * certificates pass in one hook, and lets other hooks wait no longer. The next hook goes on.
 */
export const STEPS_LIMIT_MS = 120_000;

/** The same for the last unit, in milliseconds. No hook follows that could go on. */
export const LAST_STEPS_LIMIT_MS = 1_800_000;

/** Limit for one answer of LXD, its body included, in milliseconds. */
export const REQUEST_LIMIT_MS = 10_000;

/** Limit for one member to answer before the next one is asked, in milliseconds. */
export const ENTER_LIMIT_MS = 5_000;

/** The least limit for one of several addresses, in milliseconds. */
const LEAST_LIMIT_MS = 2_000;

/**
 * Limit for one of the credential's addresses to answer. Several share the time of one.
 *
 * @example Of one, and of many
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([1, 2, 20].map(limitFor), [5_000, 2_500, 2_000]);
 * ```
 *
 * @param addresses Their number.
 * @returns The limit in milliseconds.
 */
export function limitFor(addresses: number): number {
  return Math.max(ENTER_LIMIT_MS / addresses, LEAST_LIMIT_MS);
}

/** Limit for all members of a cluster to show their addresses, in milliseconds. */
export const ADDRESS_LIMIT_MS = 2_000;

/** Limit for a server that is not the pinned one to present its certificate, in milliseconds. */
export const PRESENT_LIMIT_MS = 5_000;

/** Pauses before a request is sent again, in milliseconds. Each is shortened at random. */
export const PAUSES_MS: readonly number[] = [200, 400];
