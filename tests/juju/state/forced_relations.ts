/**
 * Relations that were removed by force.
 *
 * Juju 4.0 removes such a relation from the model at once, but the agents of its units still know
 * it: they run -departed and -broken. No tool can read or write the relation.
 *
 * @module
 */

import { allUnits } from "./queries.ts";
import type { ModelState, Relation, Unit } from "./state.ts";

/** Removes a relation from the model. The agents of its units still know it. */
export function removeByForce(model: ModelState, relation: Relation): void {
  relation.life = "dying";
  relation.scope.clear();
  relation.departing.clear();
  model.relations.delete(relation.id);
  model.forcedRelations.set(relation.id, relation);
  pruneForcedRelations(model);
}

/** Drops the forced relations that no agent knows any more. */
export function pruneForcedRelations(model: ModelState): void {
  const known = new Set(allUnits(model).flatMap(({ relations }) => [...relations.keys()]));
  for (const id of model.forcedRelations.keys()) {
    if (!known.has(id)) model.forcedRelations.delete(id);
  }
}

/** Drops the forced relations of one unit, as an agent does when it starts. */
export function dropForcedRelations(model: ModelState, unit: Unit): void {
  for (const id of model.forcedRelations.keys()) unit.relations.delete(id);
  pruneForcedRelations(model);
}

/** Finds a relation of the model, or a forced relation. */
export function agentRelation(
  model: ModelState,
  id: number | undefined,
): Relation | undefined {
  return id === undefined ? undefined : model.relations.get(id) ?? model.forcedRelations.get(id);
}
