/**
 * Lets tests read and write a relation.
 *
 * @module
 */

import { appBag, writeBag } from "../state/bags.ts";
import { byText, endOf } from "../state/queries.ts";
import type { Bag, ModelState, Relation } from "../state/state.ts";
import type { RelationHandle } from "./api.ts";

/** Makes the handle of a relation. The handle stays valid after the relation ended. */
export function relationHandle(
  model: ModelState,
  relation: Relation,
): RelationHandle {
  const unitBag = (unit: string): Bag => {
    const bag = relation.unitBags.get(unit);
    if (bag) return bag;
    throw new Error(
      `Cannot find databag of "${unit}": it never entered relation ${relation.id}`,
    );
  };
  const applicationBag = (application: string): Bag => {
    if (endOf(relation, application)) return appBag(relation, application);
    throw new Error(
      `Cannot find databag of "${application}": it is not in relation ${relation.id}`,
    );
  };
  return {
    id: String(relation.id),
    exists: () => model.relations.has(relation.id),
    write: (unit, changes) => writeBag(unitBag(unit), changes),
    writeApp: (application, changes) => writeBag(applicationBag(application), changes),
    read: (unit) => ({ ...unitBag(unit).settings }),
    readApp: (application) => ({ ...applicationBag(application).settings }),
    units: () => [...relation.scope].sort(byText),
  };
}

/**
 * Finds the relation of a handle.
 *
 * @throws {Error} If the relation has left the model.
 */
export function relationOfHandle(
  model: ModelState,
  { id }: RelationHandle,
): Relation {
  const relation = model.relations.get(Number(id));
  if (relation) return relation;
  throw new Error(`Cannot find relation ${id}: it is not in the model`);
}
