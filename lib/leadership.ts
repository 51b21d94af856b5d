/**
 * How long this unit leads, and so how long LXD may take.
 *
 * @module
 */
import type { Clock } from "./async/clock.ts";
import type { Juju } from "./juju/hook_tools.ts";
import { LEADER_AGE_MS, LXD_LIMIT_MS } from "./lxd/time_limits.ts";

/** The leadership of this unit, in the course of a hook. */
export interface Leadership {
  /** Whether this unit led when Juju was last asked. */
  readonly isLeader: () => boolean;
  /** Asks again, unless the last answer is recent enough to change the trust store by it. */
  readonly confirm: () => Promise<boolean>;
  /** Gives LXD its limit anew, for a unit that changes nothing. */
  readonly renew: () => Promise<void>;
  /** Milliseconds that LXD's answers have, counted from the last question. */
  readonly left: () => number;
}

/**
 * Asks whether this unit leads. Juju promises that for 30 seconds, so this is the last hook tool
 * before LXD is asked.
 */
export async function askLeader(
  juju: Pick<Juju, "isLeader">,
  clock: Pick<Clock, "now">,
): Promise<Leadership> {
  const now = () => clock.now().getTime();
  let askedAt = now();
  let isLeader = await juju.isLeader();
  let asking: Promise<void> | undefined;
  const ask = async () => {
    const asked = now();
    // A unit that does not lead is not asked again: Juju's answer stays for the rest of the hook.
    isLeader &&= await juju.isLeader();
    askedAt = asked;
    asking = undefined;
  };
  const renew = () => asking ??= ask();
  return {
    isLeader: () => isLeader,
    confirm: async () => {
      if (isLeader && now() - askedAt > LEADER_AGE_MS) await renew();
      return isLeader;
    },
    renew,
    left: () => askedAt + LXD_LIMIT_MS - now(),
  };
}
