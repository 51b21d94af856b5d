/**
 * Relations: how they come and go, and which units are in their scope.
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { networkSettings, writeBag } from "./bags.ts";
import { forceRelation, pruneGhosts } from "./forced_relations.ts";
import { applicationOf, endOf, findUnit, getApplication, isPeer, remoteEnd } from "./queries.ts";
import type { ModelState, Relation, RelationEnd, Unit, UnitRelation } from "./state.ts";
import { newStatus } from "./status.ts";

/** How something is removed. */
export interface RemoveOptions {
  /**
   * Takes it out of the model at once. Hooks of its own units do not run. Of a relation, those of
   * other units run from 4.0 on, and none before.
   *
   * @default {false}
   */
  readonly force?: boolean;
}

/** Adds a relation; units that are driven by hand enter its scope at once. */
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
 * Starts the removal of a relation. With force no hooks run before 4.0; from
 * then on they run for a relation that the model has no longer.
 */
export function destroyRelation(
  model: ModelState,
  relation: Relation,
  { force = false }: RemoveOptions = {},
): void {
  if (force && !isJuju3(model)) {
    dropGrants(model, relation);
    forceRelation(model, relation);
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

/** Lets a unit enter the scope of a relation, with the default keys. */
export function enterScope(
  model: ModelState,
  relation: Relation,
  unit: Unit,
): void {
  if (relation.scope.has(unit.name)) return;
  relation.scope.add(unit.name);
  relation.departing.delete(unit.name);
  // Leaders tell of it; where units are driven by hand, each counts as one.
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
    leftover: false,
  });
}

/** Takes a unit out of scope; a dying relation goes with its last unit. */
export function leaveScope(
  model: ModelState,
  relation: Relation,
  unit: string,
): void {
  relation.scope.delete(unit);
  relation.departing.delete(unit);
  findUnit(model, unit)?.relations.delete(relation.id);
  pruneGhosts(model);
  removeIfEmpty(model, relation);
}

/** Removes a dying relation that no unit is in. */
export function removeIfEmpty(model: ModelState, relation: Relation): void {
  if (relation.life === "alive" || relation.scope.size > 0) return;
  model.relations.delete(relation.id);
  dropGrants(model, relation);
}

/** A grant lives no longer than the relation it was given for. */
function dropGrants(model: ModelState, relation: Relation): void {
  for (const secret of model.secrets.values()) {
    for (const [who, id] of secret.grants) {
      if (id === relation.id) secret.grants.delete(who);
    }
  }
}

/** Gives the relations that an application has. */
export function relationsOf(
  model: ModelState,
  application: string,
): readonly Relation[] {
  return [...model.relations.values()]
    .filter((relation) => endOf(relation, application) !== undefined);
}

/**
 * Gives the units of the other side (or the peers) that a unit would see as
 * members, with the versions of their databags.
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
 * Tells whether a relation counts as broken for a unit, and so is hidden from
 * relation-ids (CTX/contextfactory.go getContextRelations).
 */
export function isBroken(relation: Relation, local: UnitRelation): boolean {
  return !isPeer(relation) && relation.life !== "alive" &&
    local.members.size === 0;
}
