/**
 * Relations: databags, scope, and what each unit has seen of them.
 *
 * @module
 */

import {
  applicationOf,
  type Bag,
  endOf,
  findUnit,
  isPeer,
  type ModelState,
  type Relation,
  remoteEnd,
  type Settings,
  type Unit,
  type UnitRelation,
} from "./state.ts";

/**
 * Applies changes to a databag; an empty value deletes the key.
 *
 * Writes that change nothing keep the version, so that no hook follows
 * (state/settings.go WriteOperation, state/application_ops.go isNullChange).
 *
 * @returns Whether anything changed.
 */
export function writeBag(
  bag: Bag,
  changes: Readonly<Record<string, string | undefined>>,
): boolean {
  const next = { ...bag.settings };
  for (const [key, value] of Object.entries(changes)) {
    if (value) next[key] = value;
    else delete next[key];
  }
  if (equal(bag.settings, next)) return false;
  bag.settings = next;
  bag.version++;
  return true;
}

function equal(a: Settings, b: Settings): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => a[key] === b[key]);
}

/** The databag of an application, created when first asked for. */
export function appBag(relation: Relation, application: string): Bag {
  return relation.appBags.getOrInsertComputed(
    application,
    // Version 0 means never written: Juju runs no application-level -changed.
    () => ({ settings: {}, version: 0 }),
  );
}

/** Default keys of a unit databag (FAC/uniter.go EnterScope). */
export function networkSettings(unit: Unit): Settings {
  return {
    "egress-subnets": `${unit.address}/32`,
    "ingress-address": unit.address,
    "private-address": unit.address,
  };
}

/** Lets a unit enter the scope of a relation, with the default keys. */
export function enterScope(relation: Relation, unit: Unit): void {
  if (relation.scope.has(unit.name)) return;
  relation.scope.add(unit.name);
  relation.departing.delete(unit.name);
  const bag = relation.unitBags.getOrInsertComputed(
    unit.name,
    () => ({ settings: {}, version: 1 }),
  );
  writeBag(bag, networkSettings(unit));
  if (unit.agentDir === undefined) return;
  unit.relations.set(relation.id, {
    created: false,
    members: new Map(),
    applicationMembers: new Map(),
    changedPending: undefined,
    cache: new Map(),
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
  removeIfEmpty(model, relation);
}

/** Removes a dying relation that no unit is in. */
export function removeIfEmpty(model: ModelState, relation: Relation): void {
  if (relation.life === "alive" || relation.scope.size > 0) return;
  model.relations.delete(relation.id);
  for (const secret of model.secrets.values()) {
    // A grant lives no longer than the relation it was given for.
    for (const [who, id] of secret.grants) {
      if (id === relation.id) secret.grants.delete(who);
    }
  }
}

/** Relations that a unit's application has. */
export function relationsOf(
  model: ModelState,
  application: string,
): readonly Relation[] {
  return [...model.relations.values()]
    .filter((relation) => endOf(relation, application) !== undefined);
}

/** Units of the other side (or the peers) that a unit would see as members. */
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
 * Whether a relation counts as broken for a unit, and so is hidden from
 * relation-ids (CTX/contextfactory.go getContextRelations).
 */
export function isBroken(relation: Relation, local: UnitRelation): boolean {
  return !isPeer(relation) && relation.life !== "alive" &&
    local.members.size === 0;
}
