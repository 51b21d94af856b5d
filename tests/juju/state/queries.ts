/**
 * Looks up applications, units and ends of relations in a model's state.
 *
 * @module
 */

import type { Application, ModelState, Relation, RelationEnd, Unit } from "./state.ts";

/** Returns the name of a unit's application. */
export function applicationOf(unit: string): string {
  return unit.slice(0, unit.lastIndexOf("/"));
}

/**
 * Finds an application.
 *
 * @throws {Error} If the model has no such application.
 */
export function getApplication(model: ModelState, name: string): Application {
  const application = model.applications.get(name);
  if (application) return application;
  throw new Error(`Cannot find application "${name}": it is not in the model`);
}

/**
 * Finds a unit.
 *
 * @throws {Error} If the model has no such unit.
 */
export function getUnit(model: ModelState, name: string): Unit {
  const unit = findUnit(model, name);
  if (unit) return unit;
  throw new Error(`Cannot find unit "${name}": it is not in the model`);
}

/** Finds a unit; undefined if the model has no such unit. */
export function findUnit(model: ModelState, name: string): Unit | undefined {
  return model.applications.get(applicationOf(name))?.units.get(name);
}

/** Returns all units in the order of their deployment. */
export function allUnits(model: ModelState): readonly Unit[] {
  return [...model.applications.values()].flatMap((a) => [...a.units.values()]);
}

/** Whether a relation is a peer relation. */
export function isPeer(relation: Relation): boolean {
  return relation.ends.length === 1;
}

/** Returns the end of a relation that belongs to an application. */
export function endOf(
  relation: Relation,
  application: string,
): RelationEnd | undefined {
  return relation.ends.find((end) => end.application === application);
}

/** Returns the end of the other application. A peer relation has only one end. */
export function remoteEnd(
  relation: Relation,
  application: string,
): RelationEnd | undefined {
  return isPeer(relation)
    ? relation.ends[0]
    : relation.ends.find((end) => end.application !== application);
}

/** Compares two ASCII texts as Go's sort.Strings does. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
