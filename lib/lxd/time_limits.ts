/**
 * How long a hook may wait, all in one place. Hook tools have no limit: Juju answers them, or ends
 * the hook.
 *
 * @module
 */

/**
 * For all of LXD's answers to a hook together, in milliseconds. Juju promises leadership for 30
 * seconds after it was asked for, so that no former leader changes the trust store beside the new
 * one; and no hook keeps the others waiting for long.
 */
export const LXD_LIMIT_MS = 25_000;

/** For one answer of LXD, with all of its body, in milliseconds. */
export const REQUEST_LIMIT_MS = 10_000;

/** For one member to let us in, before the next one is asked, in milliseconds. */
export const ENTER_LIMIT_MS = 5_000;

/** For the members of a cluster to say where clients reach them, in milliseconds. */
export const ADDRESS_LIMIT_MS = 2_000;

/** For a server that is not the pinned one to present its certificate, in milliseconds. */
export const PRESENT_LIMIT_MS = 5_000;

/** The pauses before a request is sent again, in milliseconds, of which a part is left to chance. */
export const PAUSES_MS: readonly number[] = [200, 400];
