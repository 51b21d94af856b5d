/**
 * The hooks that a unit's relations ask for (UNITER/relation/resolver.go).
 *
 * Reads the state and changes nothing.
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { agentRelation } from "../state/forced_relations.ts";
import {
  applicationOf,
  byText,
  endOf,
  getApplication,
  isPeer,
  remoteEnd,
} from "../state/queries.ts";
import { remoteMembers } from "../state/relations.ts";
import type { HookInfo, ModelState, Relation, Unit, UnitRelation } from "../state/state.ts";

/** Gives the -created hooks that have not run yet. */
export function createdHooks(model: ModelState, unit: Unit): readonly HookInfo[] {
  return known(model, unit)
    .filter(([relation, local]) => relation.life === "alive" && !local.created)
    .map(([relation]) =>
      relationHook(relation, unit, "relation-created", {
        remoteApplication: remoteName(relation, unit),
      })
    );
}

/** Relations that the unit has entered: non-peers first, then by id. */
function known(
  model: ModelState,
  unit: Unit,
): readonly (readonly [Relation, UnitRelation])[] {
  return [...unit.relations]
    .flatMap(([id, local]) => {
      const relation = agentRelation(model, id);
      return relation ? [[relation, local] as const] : [];
    })
    .sort(([a], [b]) => Number(isPeer(a)) - Number(isPeer(b)) || a.id - b.id);
}

/**
 * Gives one hook for each relation that wants one; peers come last, but first
 * where they go with their application.
 */
export function relationHooks(model: ModelState, unit: Unit): readonly HookInfo[] {
  const found = known(model, unit).flatMap(([relation, local]) => {
    const hook = nextRelationHook(model, unit, relation, local);
    const isBreaking = breaksPeers(model, relation);
    return hook ? [{ hook, isBreaking, isLast: isPeer(relation) && !isBreaking }] : [];
  });
  const breaking = found.filter(({ isBreaking }) => isBreaking);
  const first = breaking.length > 0 ? breaking : found.filter(({ isLast }) => !isLast);
  return (first.length > 0 ? first : found).map(({ hook }) => hook);
}

/** Whether a peer relation goes with its application, which 4.0 tells of. */
function breaksPeers(model: ModelState, relation: Relation): boolean {
  return isPeer(relation) && relation.life === "dying" && !isJuju3(model);
}

/** nextHookForRelation: departed, broken, app changed, joined, changed. */
function nextRelationHook(
  model: ModelState,
  unit: Unit,
  relation: Relation,
  local: UnitRelation,
): HookInfo | undefined {
  if (local.leftover) return undefined;
  const remoteApplication = remoteName(relation, unit);
  const broken = unit.life === "dying" || relation.life === "dying";
  const remote = broken ? new Map<string, number>() : remoteMembers(relation, unit);
  const hook = (kind: string, extra: Partial<HookInfo>) =>
    relationHook(relation, unit, kind, extra);

  if (local.changedPending !== undefined) {
    const remoteUnit = local.changedPending;
    return hook("relation-changed", {
      remoteUnit,
      remoteApplication: applicationOf(remoteUnit),
      // Gone from the snapshot reads as Go's zero value.
      changeVersion: remote.get(remoteUnit) ?? 0,
    });
  }
  const names = [...new Set([...local.members.keys(), ...remote.keys()])]
    .sort(byText);

  const departed = names.find((name) => local.members.has(name) && !remote.has(name));
  if (departed !== undefined) {
    const alive = unit.life === "alive" &&
      getApplication(model, unit.application).life === "alive";
    return hook("relation-departed", {
      remoteUnit: departed,
      remoteApplication: applicationOf(departed),
      departingUnit: alive ? departed : unit.name,
    });
  }
  if (broken) {
    const isSilent = isPeer(relation) && !breaksPeers(model, relation);
    return isSilent ? undefined : hook("relation-broken", { remoteApplication });
  }
  const appVersion = relation.appBags.get(remoteApplication)?.version ?? 0;
  if ((local.applicationMembers.get(remoteApplication) ?? 0) !== appVersion) {
    return hook("relation-changed", {
      remoteApplication,
      changeVersion: appVersion,
    });
  }
  const joined = names.find((name) => remote.has(name) && !local.members.has(name));
  if (joined !== undefined) {
    return hook("relation-joined", {
      remoteUnit: joined,
      remoteApplication: applicationOf(joined),
      changeVersion: remote.get(joined) ?? 0,
    });
  }
  const changed = names.find((name) => remote.get(name) !== local.members.get(name));
  if (changed === undefined) return undefined;
  return hook("relation-changed", {
    remoteUnit: changed,
    remoteApplication: applicationOf(changed),
    changeVersion: remote.get(changed) ?? 0,
  });
}

function remoteName(relation: Relation, unit: Unit): string {
  return remoteEnd(relation, unit.application)?.application ?? "";
}

function relationHook(
  relation: Relation,
  unit: Unit,
  kind: string,
  extra: Partial<HookInfo>,
): HookInfo {
  const endpoint = endOf(relation, unit.application)?.endpoint.name ?? "";
  return {
    hook: `${endpoint}-${kind}`,
    kind,
    relationId: relation.id,
    ...extra,
  };
}
