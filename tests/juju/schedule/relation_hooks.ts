/**
 * Finds the next hooks of a unit's relations (UNITER/relation/resolver.go).
 *
 * The functions read the state and change nothing.
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

/** A relation as the agent of one unit sees it. */
interface View {
  readonly model: ModelState;
  readonly unit: Unit;
  readonly relation: Relation;
  /** The agent's record of the relation. */
  readonly local: UnitRelation;
  /** Whether the unit leaves the relation. */
  readonly broken: boolean;
  /** Units that the agent sees now, with the versions of their databags. */
  readonly remote: ReadonlyMap<string, number>;
  /** Sorted names of the units that the agent saw before or sees now. */
  readonly names: readonly string[];
}

/** Returns the -created hooks that have not run yet. */
export function createdHooks(model: ModelState, unit: Unit): readonly HookInfo[] {
  return views(model, unit)
    .filter(({ local, relation }) => relation.life === "alive" && !local.created)
    .map((view) =>
      relationHook(view, "relation-created", { remoteApplication: remoteApplication(view) })
    );
}

/**
 * Returns the next hook of each relation that has one.
 *
 * The hooks of peer relations come last. When Juju 4.0 removes the application, they come first.
 */
export function relationHooks(model: ModelState, unit: Unit): readonly HookInfo[] {
  const found = views(model, unit).flatMap((view) => {
    const hook = nextRelationHook(view);
    const isBreaking = breaksPeers(view);
    return hook ? [{ hook, isBreaking, isLast: isPeer(view.relation) && !isBreaking }] : [];
  });
  const breaking = found.filter(({ isBreaking }) => isBreaking);
  const first = breaking.length > 0 ? breaking : found.filter(({ isLast }) => !isLast);
  return (first.length > 0 ? first : found).map(({ hook }) => hook);
}

/** Returns the relations that the unit has entered: non-peers first, then by id. */
function views(model: ModelState, unit: Unit): readonly View[] {
  return [...unit.relations]
    .flatMap(([id, local]) => {
      const relation = agentRelation(model, id);
      if (!relation) return [];
      const broken = unit.life === "dying" || relation.life === "dying";
      const remote = broken ? new Map<string, number>() : remoteMembers(relation, unit);
      const names = [...new Set([...local.members.keys(), ...remote.keys()])].sort(byText);
      return [{ model, unit, relation, local, broken, remote, names }];
    })
    .sort(({ relation: a }, { relation: b }) =>
      Number(isPeer(a)) - Number(isPeer(b)) || a.id - b.id
    );
}

/** Whether a peer relation ends with its application. Only Juju 4.0 runs its -broken hook. */
function breaksPeers({ model, relation }: View): boolean {
  return isPeer(relation) && relation.life === "dying" && !isJuju3(model);
}

/** Returns the next hook of one relation, in the order of nextHookForRelation. */
function nextRelationHook(view: View): HookInfo | undefined {
  if (view.local.resolved) return undefined;
  const first = changedAfterJoinedHook(view) ?? departedHook(view);
  if (first) return first;
  return view.broken
    ? brokenHook(view)
    : applicationChangedHook(view) ?? joinedHook(view) ?? changedHook(view);
}

function changedAfterJoinedHook(view: View): HookInfo | undefined {
  const name = view.local.changedPending;
  return name === undefined ? undefined : unitHook(view, "relation-changed", name);
}

function departedHook(view: View): HookInfo | undefined {
  const { local, model, names, remote, unit } = view;
  const found = names.find((name) => local.members.has(name) && !remote.has(name));
  if (found === undefined) return undefined;
  const alive = unit.life === "alive" && getApplication(model, unit.application).life === "alive";
  return relationHook(view, "relation-departed", {
    remoteUnit: found,
    remoteApplication: applicationOf(found),
    departingUnit: alive ? found : unit.name,
  });
}

function brokenHook(view: View): HookInfo | undefined {
  const hasNoHook = isPeer(view.relation) && !breaksPeers(view);
  return hasNoHook
    ? undefined
    : relationHook(view, "relation-broken", { remoteApplication: remoteApplication(view) });
}

function applicationChangedHook(view: View): HookInfo | undefined {
  const { local, relation } = view;
  const name = remoteApplication(view);
  const changeVersion = relation.appBags.get(name)?.version ?? 0;
  return (local.applicationMembers.get(name) ?? 0) === changeVersion
    ? undefined
    : relationHook(view, "relation-changed", { remoteApplication: name, changeVersion });
}

function joinedHook(view: View): HookInfo | undefined {
  const { local, names, remote } = view;
  const found = names.find((name) => remote.has(name) && !local.members.has(name));
  return found === undefined ? undefined : unitHook(view, "relation-joined", found);
}

function changedHook(view: View): HookInfo | undefined {
  const { local, names, remote } = view;
  const found = names.find((name) => remote.get(name) !== local.members.get(name));
  return found === undefined ? undefined : unitHook(view, "relation-changed", found);
}

/** Makes a hook about a remote unit. */
function unitHook(view: View, kind: string, remoteUnit: string): HookInfo {
  return relationHook(view, kind, {
    remoteUnit,
    remoteApplication: applicationOf(remoteUnit),
    // Juju reads Go's zero value for a unit that has left meanwhile.
    changeVersion: view.remote.get(remoteUnit) ?? 0,
  });
}

function relationHook(
  { relation, unit }: View,
  kind: string,
  details: Partial<HookInfo>,
): HookInfo {
  const endpoint = endOf(relation, unit.application)?.endpoint.name ?? "";
  return { hook: `${endpoint}-${kind}`, kind, relationId: relation.id, ...details };
}

function remoteApplication({ relation, unit }: View): string {
  return remoteEnd(relation, unit.application)?.application ?? "";
}
