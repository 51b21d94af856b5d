/**
 * Databags as one hook reads them: its own with pending changes, others from the controller or a
 * cache (CTX/relation.go, CTX/cache.go, FAC/uniter.go).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { appBag } from "../state/bags.ts";
import { applicationOf, endOf, isPeer, remoteEnd } from "../state/queries.ts";
import type { ModelState, Relation, Settings } from "../state/state.ts";
import type { ContextRelation, HookContext, OwnDatabag } from "./context.ts";

const ROLE_ORDER = { requires: 0, provides: 1, peer: 2 } as const;

/** Returns the unit's own databag with its pending changes. */
export function ownUnitBag(
  context: HookContext,
  relation: ContextRelation,
): OwnDatabag {
  const bag = relation.relation.unitBags.get(context.unit.name);
  return relation.ownUnitBag ??= {
    base: { ...bag?.settings },
    changes: new Map(),
  };
}

/** Returns the application's own databag with its pending changes. Only for leaders. */
export function ownAppBag(context: HookContext, relation: ContextRelation): OwnDatabag {
  const bag = appBag(relation.relation, context.unit.application);
  return relation.ownAppBag ??= { base: { ...bag.settings }, changes: new Map() };
}

/** Applies the pending changes to a databag. */
export function ownSettings({ base, changes }: OwnDatabag): Settings {
  const settings = { ...base };
  for (const [key, value] of changes) {
    if (value === "") delete settings[key];
    else settings[key] = value;
  }
  return settings;
}

/**
 * Reads a unit's databag from the controller, or from this unit's cache.
 *
 * @throws {Error} With Juju's message, if the unit may not read it.
 */
export function readUnit(
  context: HookContext,
  relation: ContextRelation,
  name: string,
): Settings {
  const isMember = relation.members.has(name) &&
    !context.model.forcedRelations.has(relation.relation.id);
  const cache = isMember ? relation.local.cache : relation.reads;
  return cache.getOrInsertComputed(
    name,
    () => fetchUnit(context, relation.relation, name),
  );
}

/**
 * Reads an application's databag from the controller, once per hook.
 *
 * @throws {Error} With Juju's message, if the unit may not read it.
 */
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
  refuseForced(model, relation, "getting regular relation by key: relation not found");
  const application = applicationOf(name);
  const remote = remoteEnd(relation, unit.application)?.application;
  const sibling = application === unit.application && !isPeer(relation);
  const allowed = model.relations.has(relation.id) &&
    (application === remote || (sibling && model.reads === "coded"));
  const bag = relation.unitBags.get(name);
  const isUnrelated = !bag && !isJuju3(model) && endOf(relation, application) === undefined;
  if (!allowed && !isUnrelated) throw new Error("permission denied");
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
  refuseForced(
    model,
    relation,
    name === unit.application
      ? "permission denied (unauthorized access)"
      : "getting regular relation by key: relation not found",
  );
  // Juju's documents allow only the leader to read it. The code of 4.0 allows every unit.
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

/** Throws an error with a message if a relation was removed by force. */
export function refuseForced(model: ModelState, relation: Relation, message: string): void {
  if (model.forcedRelations.has(relation.id)) throw new Error(message);
}

/** Names both ends, the requirer first (state/relation.go relationKey). */
function relationKey(relation: Relation): string {
  return relation.ends
    .toSorted((a, b) => ROLE_ORDER[a.endpoint.role] - ROLE_ORDER[b.endpoint.role])
    .map((end) => `${end.application}:${end.endpoint.name}`)
    .join(" ");
}
