/**
 * Relations that were removed by force, as 4.0 does it: the model has them no
 * longer, but the agents of units that were in them do. They run -departed and
 * -broken, and no tool can read or write such a relation.
 *
 * @module
 */

import { allUnits } from "./queries.ts";
import type { ModelState, Relation, Unit } from "./state.ts";

/** Takes a relation out of the model, and leaves it with the agents. */
export function forceRelation(model: ModelState, relation: Relation): void {
  relation.life = "dying";
  relation.scope.clear();
  relation.departing.clear();
  model.relations.delete(relation.id);
  model.ghosts.set(relation.id, relation);
  pruneGhosts(model);
}

/** Forgets the ghosts that no agent knows. */
export function pruneGhosts(model: ModelState): void {
  const known = new Set(allUnits(model).flatMap(({ relations }) => [...relations.keys()]));
  for (const id of model.ghosts.keys()) {
    if (!known.has(id)) model.ghosts.delete(id);
  }
}

/** An agent that starts asks the model what it is in: what is gone it drops. */
export function dropGhosts(model: ModelState, unit: Unit): void {
  for (const id of model.ghosts.keys()) unit.relations.delete(id);
  pruneGhosts(model);
}

/** Finds a relation of the model, or one that agents still know. */
export function agentRelation(
  model: ModelState,
  id: number | undefined,
): Relation | undefined {
  return id === undefined ? undefined : model.relations.get(id) ?? model.ghosts.get(id);
}
