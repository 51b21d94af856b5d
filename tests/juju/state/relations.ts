/**
 * Adds and removes relations, and moves units into and out of their scope.
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { networkSettings, writeBag } from "./bags.ts";
import { pruneForcedRelations, removeByForce } from "./forced_relations.ts";
import { applicationOf, endOf, findUnit, getApplication, isPeer, remoteEnd } from "./queries.ts";
import type { ModelState, Relation, RelationEnd, Unit, UnitRelation } from "./state.ts";
import { newStatus } from "./status.ts";

/** How something is removed. */
export interface RemoveOptions {
  /**
   * Removes it from the model at once. A removed unit runs no hooks. For a removed relation, Juju
   * 3.6 runs no hooks; Juju 4.0 runs -departed and -broken.
   *
   * @default {false}
   */
  readonly force?: boolean;
}

/** Adds a relation. Units without a charm enter its scope at once. */
export function createRelation(
  model: ModelState,
  ends: readonly RelationEnd[],
): Relation {
  const relation: Relation = {
    id: model.nextRelation++,
    ends,
    life: "alive",
    status: newStatus("joining"),
    scope: new Set(),
    departing: new Set(),
    unitBags: new Map(),
    appBags: new Map(),
  };
  model.relations.set(relation.id, relation);
  for (const end of ends) {
    for (const unit of getApplication(model, end.application).units.values()) {
      if (unit.agentDir === undefined) enterScope(model, relation, unit);
    }
  }
  return relation;
}

/**
 * Starts the removal of a relation.
 *
 * With force, Juju 3.6 runs no hooks. Juju 4.0 runs hooks after the model dropped the relation.
 */
export function destroyRelation(
  model: ModelState,
  relation: Relation,
  { force = false }: RemoveOptions = {},
): void {
  if (force && !isJuju3(model)) {
    dropGrants(model, relation);
    removeByForce(model, relation);
    return;
  }
  relation.life = "dying";
  for (const name of [...relation.scope]) {
    const unit = findUnit(model, name);
    if (force || unit?.agentDir === undefined) {
      leaveScope(model, relation, name);
    }
  }
  removeIfEmpty(model, relation);
}

/** Moves a unit into the scope of a relation, and writes the default keys of its databag. */
export function enterScope(
  model: ModelState,
  relation: Relation,
  unit: Unit,
): void {
  if (relation.scope.has(unit.name)) return;
  relation.scope.add(unit.name);
  relation.departing.delete(unit.name);
  // Only a leader changes the status. Without a charm there is no leader, and any unit counts.
  const { leader = unit.name } = getApplication(model, unit.application);
  if (leader === unit.name) relation.status = newStatus("joined");
  const bag = relation.unitBags.getOrInsertComputed(
    unit.name,
    () => ({ settings: {}, version: 1 }),
  );
  writeBag(bag, networkSettings(model, unit));
  if (unit.agentDir === undefined) return;
  unit.relations.set(relation.id, {
    created: false,
    members: new Map(),
    applicationMembers: new Map(),
    changedPending: undefined,
    cache: new Map(),
    resolved: false,
  });
}

/** Moves a unit out of scope. A dying relation ends when its last unit leaves. */
export function leaveScope(
  model: ModelState,
  relation: Relation,
  unit: string,
): void {
  relation.scope.delete(unit);
  relation.departing.delete(unit);
  findUnit(model, unit)?.relations.delete(relation.id);
  pruneForcedRelations(model);
  removeIfEmpty(model, relation);
}

/** Removes a relation if it is dying and no unit is in its scope. */
export function removeIfEmpty(model: ModelState, relation: Relation): void {
  if (relation.life === "alive" || relation.scope.size > 0) return;
  model.relations.delete(relation.id);
  dropGrants(model, relation);
}

/** Drops the grants of secrets that were given for a relation. */
function dropGrants(model: ModelState, relation: Relation): void {
  for (const secret of model.secrets.values()) {
    for (const [who, id] of secret.grants) {
      if (id === relation.id) secret.grants.delete(who);
    }
  }
}

/** Returns the relations of an application. */
export function relationsOf(
  model: ModelState,
  application: string,
): readonly Relation[] {
  return [...model.relations.values()]
    .filter((relation) => endOf(relation, application) !== undefined);
}

/**
 * Returns the remote units (or the peers) that a unit sees as members, with the versions of their
 * databags.
 */
export function remoteMembers(
  relation: Relation,
  unit: Unit,
): ReadonlyMap<string, number> {
  const remote = remoteEnd(relation, unit.application)?.application;
  const members = new Map<string, number>();
  for (const name of relation.scope) {
    if (name === unit.name || applicationOf(name) !== remote) continue;
    if (relation.departing.has(name)) continue;
    members.set(name, relation.unitBags.get(name)?.version ?? 0);
  }
  return members;
}

/**
 * Whether a relation is broken for a unit. relation-ids hides such a relation
 * (CTX/contextfactory.go getContextRelations).
 */
export function isBroken(relation: Relation, local: UnitRelation): boolean {
  return !isPeer(relation) && relation.life !== "alive" &&
    local.members.size === 0;
}
