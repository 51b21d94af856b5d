/**
 * The event that a hook is about, read from the hook's environment.
 *
 * @module
 */
import { type Endpoint, isEndpoint } from "../relation/mod.ts";
import type { Requirer } from "../trust/owner.ts";

/** The event that a hook is about. */
export type HookEvent =
  /**
   * Something that concerns all relations. `isSettled`: Juju has nothing queued, so no databag is out
   * of date. `isElected`: the unit did not lead until now.
   */
  | { readonly kind: "everything"; readonly isSettled: boolean; readonly isElected?: true }
  /** A requirer's databag may have changed. */
  | { readonly kind: "changed"; readonly endpoint: Endpoint; readonly requirer: Requirer }
  /** A requirer's unit is gone. */
  | { readonly kind: "departed"; readonly endpoint: Endpoint; readonly requirer: Requirer }
  /** A relation is gone. */
  | { readonly kind: "broken"; readonly endpoint: Endpoint; readonly relation: string }
  /** A relation to a collector of logs and metrics was made, or changed. */
  | { readonly kind: "collector"; readonly relation: string }
  /** A relation to a collector is gone. */
  | { readonly kind: "no-collector"; readonly relation: string }
  /** This unit is about to end. */
  | { readonly kind: "stop" }
  /** This unit leaves a relation. The event `broken` ends the relation. */
  | { readonly kind: "leaving" };

/** Reads a variable of the hook's environment. */
export type Variables = (name: string) => string | undefined;

/** Something that concerns all relations has changed. */
export function everything(): HookEvent {
  return { kind: "everything", isSettled: false };
}

/** This unit leads from now on. */
export function elected(): HookEvent {
  return { kind: "everything", isSettled: false, isElected: true };
}

/** Juju runs `update-status` when nothing else is queued. */
export function everythingSettled(): HookEvent {
  return { kind: "everything", isSettled: true };
}

/**
 * A relation was made, or a databag changed: the remote unit's or, if the hook is about no unit, the
 * remote application's.
 *
 * @throws {RangeError} If a variable is absent, or the relation is of no endpoint of this charm.
 */
export function changed(environment: Variables): HookEvent {
  return { kind: "changed", ...requirerOf(environment) };
}

/**
 * A unit left a relation: a remote one, or this one (`JUJU_DEPARTING_UNIT`).
 *
 * @throws {RangeError} If a variable is absent, or the relation is of no endpoint of this charm.
 */
export function departed(environment: Variables): HookEvent {
  const isThisUnit = environment("JUJU_DEPARTING_UNIT") === environment("JUJU_UNIT_NAME");
  return isThisUnit ? { kind: "leaving" } : { kind: "departed", ...requirerOf(environment) };
}

/**
 * A relation is gone for this unit.
 *
 * @throws {RangeError} If a variable is absent, or the relation is of no endpoint of this charm.
 */
export function broken(environment: Variables): HookEvent {
  return { kind: "broken", ...relationOf(environment) };
}

/**
 * A relation to a collector was made, or changed.
 *
 * @throws {RangeError} If the relation's variable is absent.
 */
export function collector(environment: Variables): HookEvent {
  return { kind: "collector", relation: partsOf(environment).relation };
}

/**
 * A relation to a collector is gone for this unit.
 *
 * @throws {RangeError} If the relation's variable is absent.
 */
export function noCollector(environment: Variables): HookEvent {
  return { kind: "no-collector", relation: partsOf(environment).relation };
}

/** This unit is about to end. */
export function stop(): HookEvent {
  return { kind: "stop" };
}

/**
 * Reads a variable that Juju always sets.
 *
 * @example Name of the unit
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(variable(() => "lxd/0", "JUJU_UNIT_NAME"), "lxd/0");
 * assert.throws(() => variable(() => undefined, "JUJU_UNIT_NAME"), RangeError);
 * ```
 *
 * @throws {RangeError} If it is absent or empty.
 */
export function variable(environment: Variables, name: string): string {
  const value = environment(name);
  if (!value) throw new RangeError(`Cannot run outside a hook: ${name} is not set`);
  return value;
}

function requirerOf(
  environment: Variables,
): { readonly endpoint: Endpoint; readonly requirer: Requirer } {
  const name = environment("JUJU_REMOTE_UNIT") ||
    variable(environment, "JUJU_REMOTE_APP");
  const { endpoint, relation } = relationOf(environment);
  return { endpoint, requirer: { relation, name } };
}

/** Reads the relation's id, of an endpoint for requirers. */
function relationOf(
  environment: Variables,
): { readonly endpoint: Endpoint; readonly relation: string } {
  const { id, endpoint, relation } = partsOf(environment);
  if (isEndpoint(endpoint) && relation) return { endpoint, relation };
  throw new RangeError(`Cannot serve relation "${id}": it is of no endpoint of this charm`);
}

/** Reads the relation's id, such as `api:3`. */
function partsOf(environment: Variables) {
  const id = variable(environment, "JUJU_RELATION_ID");
  const [endpoint = "", relation = ""] = id.split(":");
  return { id, endpoint, relation };
}
