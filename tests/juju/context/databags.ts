/**
 * Databags as one hook sees them: its own with pending writes, others' from
 * the controller or a cache (CTX/relation.go, CTX/cache.go, FAC/uniter.go).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { appBag } from "../state/bags.ts";
import { applicationOf, endOf, isPeer, remoteEnd } from "../state/queries.ts";
import type { ModelState, Relation, Settings } from "../state/state.ts";
import type { ContextRelation, HookContext, Node } from "./context.ts";

const ROLE_ORDER = { requires: 0, provides: 1, peer: 2 } as const;

/** Gives the unit's own bag, with pending changes. */
export function unitNode(
  context: HookContext,
  relation: ContextRelation,
): Node {
  const bag = relation.relation.unitBags.get(context.unit.name);
  return relation.unitNode ??= {
    base: { ...bag?.settings },
    changes: new Map(),
  };
}

/** Gives the own application's bag, with pending changes; for leaders only. */
export function appNode(context: HookContext, relation: ContextRelation): Node {
  const bag = appBag(relation.relation, context.unit.application);
  return relation.appNode ??= { base: { ...bag.settings }, changes: new Map() };
}

/** Gives the content of a local databag with its pending changes. */
export function nodeSettings({ base, changes }: Node): Settings {
  const settings = { ...base };
  for (const [key, value] of changes) {
    if (value === "") delete settings[key];
    else settings[key] = value;
  }
  return settings;
}

/** Reads a unit's bag from the controller, or from this unit's cache. */
export function readUnit(
  context: HookContext,
  relation: ContextRelation,
  name: string,
): Settings {
  const isMember = relation.members.has(name) && !context.model.ghosts.has(relation.relation.id);
  const cache = isMember ? relation.local.cache : relation.reads;
  return cache.getOrInsertComputed(
    name,
    () => fetchUnit(context, relation.relation, name),
  );
}

/** Reads an application's bag from the controller, once for each hook. */
export function readApp(
  context: HookContext,
  relation: ContextRelation,
  name: string,
): Settings {
  return relation.reads.getOrInsertComputed(
    name,
    () => fetchApp(context, relation.relation, name),
  );
}

function fetchUnit(
  { model, unit }: HookContext,
  relation: Relation,
  name: string,
): Settings {
  refuseGhost(model, relation, "getting regular relation by key: relation not found");
  const application = applicationOf(name);
  const remote = remoteEnd(relation, unit.application)?.application;
  const sibling = application === unit.application && !isPeer(relation);
  const allowed = model.relations.has(relation.id) &&
    (application === remote || (sibling && model.reads === "coded"));
  const bag = relation.unitBags.get(name);
  const isAlien = !bag && !isJuju3(model) && endOf(relation, application) === undefined;
  if (!allowed && !isAlien) throw new Error("permission denied");
  if (bag) return { ...bag.settings };
  throw new Error(
    isJuju3(model)
      ? `cannot read settings for unit "${name}" in relation "${
        relationKey(relation)
      }": unit "${name}": settings not found`
      : "relation unit not found",
  );
}

function fetchApp(
  { model, unit }: HookContext,
  relation: Relation,
  name: string,
): Settings {
  refuseGhost(
    model,
    relation,
    name === unit.application
      ? "permission denied (unauthorized access)"
      : "getting regular relation by key: relation not found",
  );
  // The documents allow this to the leader alone, 4.0's code to everyone.
  const ownAllowed = isPeer(relation) ||
    (model.reads === "coded" && !isJuju3(model));
  const allowed = model.relations.has(relation.id) &&
    endOf(relation, name) !== undefined &&
    (name !== unit.application || ownAllowed);
  if (allowed) return { ...appBag(relation, name).settings };
  throw new Error(
    isJuju3(model) || endOf(relation, name) !== undefined
      ? "permission denied"
      : `getting application "${name}" not found`,
  );
}

/** Nothing can be read of a relation that was removed by force. */
export function refuseGhost(model: ModelState, relation: Relation, words: string): void {
  if (model.ghosts.has(relation.id)) throw new Error(words);
}

/** Requirer first (state/relation.go relationKey). */
function relationKey(relation: Relation): string {
  return relation.ends
    .toSorted((a, b) => ROLE_ORDER[a.endpoint.role] - ROLE_ORDER[b.endpoint.role])
    .map((end) => `${end.application}:${end.endpoint.name}`)
    .join(" ");
}
