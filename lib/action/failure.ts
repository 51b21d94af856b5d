/**
 * Tells why an action failed, and the remedy.
 *
 * @module
 */
import { explain } from "../explanation.ts";
import type { Context } from "../juju/context.ts";
import type { Outcome } from "../outcome.ts";

/** The unit, and what it knows of LXD. */
export interface Failing extends Pick<Context, "application" | "unit"> {
  /** Whether LXD is a cluster that was entered. @default {false} */
  readonly isClustered?: boolean;
}

/**
 * Tells why LXD, or the credential for it, could not be used.
 *
 * @example LXD is down
 * ```ts
 * import assert from "node:assert/strict";
 * const outcome = { kind: "unreachable", endpoint: "https://a:8443", cause: "time-out" } as const;
 * assert.equal(
 *   describeFailure(outcome, { application: "lxd", unit: "lxd/0" }),
 *   "No answer from https://a:8443: time-out; start LXD there, or open the way to it from lxd/0",
 * );
 * ```
 */
export function describeFailure(
  outcome: Outcome,
  { application, unit, isClustered = false }: Failing,
): string {
  const message = explain(outcome, application);
  // The explanation has the remedy for all others.
  if (outcome.kind === "unreachable") {
    // A member without its database answers the first question, and no other one.
    if (isClustered) {
      return `${message}; most members of LXD's cluster must run: start those that are down`;
    }
    return outcome.hasAnswered
      ? `${message}; look at LXD's log there`
      : `${message}; start LXD there, or open the way to it from ${unit}`;
  }
  return outcome.kind === "refused" ? `${message}; look at LXD's log there` : message;
}

/** Tells that an action is for the leader. */
export function describeLeadership(
  { application, unit }: Pick<Context, "application" | "unit">,
): string {
  return `${unit} is not the leader, and only the leader changes LXD: ` +
    `run the action on ${application}/leader`;
}

/** Tells that the unit is being removed, and sees too little to act. */
export function describeEnd({ application, unit }: Pick<Context, "application" | "unit">): string {
  return `${unit} is being removed: run the action on another unit of ${application}`;
}
