/**
 * Finds things in a model's state.
 *
 * @module
 */

import type { Application, ModelState, Relation, RelationEnd, Unit } from "./state.ts";

/** Name of the application that a unit belongs to. */
export function applicationOf(unit: string): string {
  return unit.slice(0, unit.lastIndexOf("/"));
}

/** Finds an application, or throws. */
export function getApplication(model: ModelState, name: string): Application {
  const application = model.applications.get(name);
  if (application) return application;
  throw new Error(`Cannot find application "${name}": it is not in the model`);
}

/** Finds a unit, or throws. */
export function getUnit(model: ModelState, name: string): Unit {
  const unit = findUnit(model, name);
  if (unit) return unit;
  throw new Error(`Cannot find unit "${name}": it is not in the model`);
}

/** Finds a unit that may be gone. */
export function findUnit(model: ModelState, name: string): Unit | undefined {
  return model.applications.get(applicationOf(name))?.units.get(name);
}

/** All units, in the order of their deployment. */
export function allUnits(model: ModelState): readonly Unit[] {
  return [...model.applications.values()].flatMap((a) => [...a.units.values()]);
}

/** Whether the relation is a peer relation. */
export function isPeer(relation: Relation): boolean {
  return relation.ends.length === 1;
}

/** The end of a relation that an application has, if any. */
export function endOf(
  relation: Relation,
  application: string,
): RelationEnd | undefined {
  return relation.ends.find((end) => end.application === application);
}

/** The end on the other side; the same one in a peer relation. */
export function remoteEnd(
  relation: Relation,
  application: string,
): RelationEnd | undefined {
  return isPeer(relation)
    ? relation.ends[0]
    : relation.ends.find((end) => end.application !== application);
}

/** Compares as Go's sort.Strings does for our names. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
