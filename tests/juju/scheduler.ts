/**
 * The next hook of a unit, decided as Juju's resolvers do.
 *
 * Reads the state and changes nothing. The order of the checks is the one of
 * UNITER/resolver.go and UNITER/relation/resolver.go.
 *
 * @module
 */

import { relationsOf, remoteMembers } from "./relations.ts";
import {
  applicationOf,
  byText,
  endOf,
  getApplication,
  type HookInfo,
  isPeer,
  type ModelState,
  type Relation,
  remoteEnd,
  type Unit,
  type UnitRelation,
} from "./state.ts";

/** What an agent does next: a hook, or a change of its own state. */
export type Operation =
  | { readonly kind: "hooks"; readonly hooks: readonly HookInfo[] }
  | { readonly kind: "accept-leadership" }
  | { readonly kind: "resign-leadership" }
  | { readonly kind: "enter-scope"; readonly relation: Relation }
  | { readonly kind: "upgrade" }
  | { readonly kind: "terminate" };

/** A hook that has no context but its name. */
export function plainHook(name: string): HookInfo {
  return { hook: name, kind: name };
}

/** Fingerprint of what config-changed is about. */
export function configHash(model: ModelState, unit: Unit): string {
  const application = getApplication(model, unit.application);
  return JSON.stringify([
    [...application.config].sort(([a], [b]) => byText(a, b)),
    application.trust,
    unit.address,
  ]);
}

/**
 * Decides the next operation of a unit.
 *
 * Where Juju's order is that of a Go map, and thus random, all legal hooks are
 * returned; the first one is the choice of a deterministic model.
 */
export function nextOperation(
  model: ModelState,
  unit: Unit,
): Operation | undefined {
  if (unit.agentDir === undefined || unit.removed) return undefined;
  const application = getApplication(model, unit.application);
  const dying = unit.life === "dying";
  const idle = !unit.queued && !unit.failed;

  if (unit.installed && !dying && idle) {
    const enter = relationsOf(model, unit.application).find((relation) =>
      relation.life === "alive" && !unit.relations.has(relation.id)
    );
    if (enter) return { kind: "enter-scope", relation: enter };
    const created = createdHooks(model, unit);
    if (created.length > 0) return { kind: "hooks", hooks: created };
  }
  if (unit.installed) {
    const leads = application.leader === unit.name;
    if (leads && !unit.leader && !dying && idle) {
      return { kind: "accept-leadership" };
    }
    if (unit.leader && (!leads || dying)) return { kind: "resign-leadership" };
    if (
      model.jujuVersion.startsWith("3.") && idle && !dying && !unit.leader &&
      !unit.leaderSettingsSeen
    ) return hooks(plainHook("leader-settings-changed"));
  }
  if (unit.installed && idle && !dying) {
    const secret = secretHook(model, unit);
    if (secret) return hooks(secret);
  }
  if (unit.failed) return hooks(unit.failed);
  if (unit.queued) return hooks(unit.queued);
  if (dying) return dyingOperation(model, unit);
  if (!unit.installed) return hooks(plainHook("install"));
  if (unit.charmRevision !== application.charmRevision) {
    return { kind: "upgrade" };
  }
  if (unit.configHash !== configHash(model, unit)) {
    return hooks(plainHook("config-changed"));
  }
  const relation = relationHooks(model, unit);
  if (relation.length > 0) return { kind: "hooks", hooks: relation };
  if (unit.updateStatus) return hooks(plainHook("update-status"));
  return undefined;
}

function hooks(...infos: readonly HookInfo[]): Operation {
  return { kind: "hooks", hooks: infos };
}

function dyingOperation(model: ModelState, unit: Unit): Operation {
  const relation = relationHooks(model, unit);
  if (relation.length > 0) return { kind: "hooks", hooks: relation };
  if (unit.started && !unit.stopped) return hooks(plainHook("stop"));
  if (unit.installed) return hooks(plainHook("remove"));
  return { kind: "terminate" };
}

function createdHooks(model: ModelState, unit: Unit): readonly HookInfo[] {
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
      const relation = model.relations.get(id);
      return relation ? [[relation, local] as const] : [];
    })
    .sort(([a], [b]) => Number(isPeer(a)) - Number(isPeer(b)) || a.id - b.id);
}

function relationHooks(model: ModelState, unit: Unit): readonly HookInfo[] {
  const found = known(model, unit).flatMap(([relation, local]) => {
    const hook = nextRelationHook(model, unit, relation, local);
    return hook ? [{ hook, peer: isPeer(relation) }] : [];
  });
  const first = found.filter(({ peer }) => !peer);
  return (first.length > 0 ? first : found).map(({ hook }) => hook);
}

/** nextHookForRelation: departed, broken, app changed, joined, changed. */
function nextRelationHook(
  model: ModelState,
  unit: Unit,
  relation: Relation,
  local: UnitRelation,
): HookInfo | undefined {
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
    return isPeer(relation) ? undefined : hook("relation-broken", { remoteApplication });
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

function secretHook(model: ModelState, unit: Unit): HookInfo | undefined {
  for (const [id, seen] of unit.secretsSeen) {
    const secret = model.secrets.get(id);
    if (secret && secret.latest !== seen) {
      return { ...plainHook("secret-changed"), secretId: id };
    }
  }
  return undefined;
}
