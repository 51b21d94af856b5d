/**
 * All time limits of a hook. Hook tools have none: Juju answers them, or ends the hook.
 *
 * @module
 */

/**
 * Limit for all of LXD's answers to a hook together, in milliseconds. Juju promises leadership for 30
 * seconds after `is-leader`. A shorter limit keeps a former leader from changing the trust store beside
 * the new one, and other hooks from waiting for long.
 */
export const LXD_LIMIT_MS = 25_000;

/** Limit for one answer of LXD, its body included, in milliseconds. */
export const REQUEST_LIMIT_MS = 10_000;

/** Limit for one member to answer before the next one is asked, in milliseconds. */
export const ENTER_LIMIT_MS = 5_000;

/** Limit for all members of a cluster to show their addresses, in milliseconds. */
export const ADDRESS_LIMIT_MS = 2_000;

/** Limit for a server that is not the pinned one to present its certificate, in milliseconds. */
export const PRESENT_LIMIT_MS = 5_000;

/** Pauses before a request is sent again, in milliseconds. Each is shortened at random. */
export const PAUSES_MS: readonly number[] = [200, 400];
