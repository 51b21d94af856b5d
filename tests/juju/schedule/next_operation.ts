/**
 * Decides the next operation of a unit's agent as Juju's resolvers do.
 *
 * The functions read the state and change nothing. The order of the checks is that of
 * UNITER/resolver.go.
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { configHash } from "../state/config.ts";
import { getApplication } from "../state/queries.ts";
import { relationsOf } from "../state/relations.ts";
import type { HookInfo, ModelState, Relation, Unit } from "../state/state.ts";
import { createdHooks, relationHooks } from "./relation_hooks.ts";

/** An operation of an agent: it runs one of some hooks, or changes its own state. */
export type Operation =
  | { readonly kind: "hooks"; readonly hooks: readonly HookInfo[] }
  | { readonly kind: "skip-hook"; readonly hook: HookInfo }
  | { readonly kind: "accept-leadership" }
  | { readonly kind: "resign-leadership" }
  | { readonly kind: "enter-scope"; readonly relation: Relation }
  | { readonly kind: "terminate" };

/** Makes a hook that is about no relation and no secret. */
export function plainHook(name: string): HookInfo {
  return { hook: name, kind: name };
}

/**
 * Decides the next operation of a unit.
 *
 * Juju iterates over Go maps, whose order is random. So the operation lists all hooks that Juju might
 * choose. A deterministic model takes the first one.
 */
export function nextOperation(
  model: ModelState,
  unit: Unit,
): Operation | undefined {
  if (unit.agentDir === undefined || unit.removed) return undefined;
  const { failed, queued } = unit;
  const dying = unit.life === "dying";
  const first = unit.installed ? urgentOperation(model, unit) : undefined;
  if (first) return first;
  if (failed) return hookOrSkip(model, unit, failed);
  // A dying unit skips install.
  if (queued && !(dying && queued.kind === "install")) return hookOrSkip(model, unit, queued);
  if (dying) return dyingOperation(model, unit);
  return idleOperation(model, unit);
}

/** Operations that precede queued hooks or all other hooks. */
function urgentOperation(model: ModelState, unit: Unit): Operation | undefined {
  const leads = getApplication(model, unit.application).leader === unit.name;
  const resigns = unit.leader && (!leads || unit.life === "dying");
  if (unit.life === "dying" || unit.queued || unit.failed) {
    return resigns ? { kind: "resign-leadership" } : undefined;
  }
  const enter = relationsOf(model, unit.application).find((relation) =>
    relation.life === "alive" && !unit.relations.has(relation.id)
  );
  if (enter) return { kind: "enter-scope", relation: enter };
  const created = createdHooks(model, unit);
  if (created.length > 0) return { kind: "hooks", hooks: created };
  if (leads && !unit.leader) return { kind: "accept-leadership" };
  if (resigns) return { kind: "resign-leadership" };
  if (
    isJuju3(model) && !unit.leader &&
    !unit.leaderSettingsSeen
  ) return hooks(plainHook("leader-settings-changed"));
  const secret = secretHook(model, unit);
  return secret && hooks(secret);
}

/** Skips a hook whose relation or leadership is gone. A skipped hook counts as successful. */
function hookOrSkip(model: ModelState, unit: Unit, hook: HookInfo): Operation {
  const { leader } = getApplication(model, unit.application);
  const gone = hook.kind === "leader-elected"
    // RunHook.Prepare checks the leadership again.
    ? leader !== unit.name
    : hook.relationId !== undefined && !unit.relations.has(hook.relationId);
  return gone ? { kind: "skip-hook", hook } : hooks(hook);
}

function dyingOperation(model: ModelState, unit: Unit): Operation {
  const relation = relationHooks(model, unit);
  if (relation.length > 0) return { kind: "hooks", hooks: relation };
  if (unit.started && !unit.stopped) return hooks(plainHook("stop"));
  if (unit.installed) return hooks(plainHook("remove"));
  return { kind: "terminate" };
}

function idleOperation(model: ModelState, unit: Unit): Operation | undefined {
  const { charmRevision } = getApplication(model, unit.application);
  if (!unit.installed) return hooks(plainHook("install"));
  if (unit.charmRevision !== charmRevision) return hooks(plainHook("upgrade-charm"));
  if (unit.configAgain || unit.configHash !== configHash(model, unit)) {
    return hooks(plainHook("config-changed"));
  }
  const relation = relationHooks(model, unit);
  if (relation.length > 0) return { kind: "hooks", hooks: relation };
  return unit.updateStatus ? hooks(plainHook("update-status")) : undefined;
}

function hooks(...infos: readonly HookInfo[]): Operation {
  return { kind: "hooks", hooks: infos };
}

function secretHook(model: ModelState, unit: Unit): HookInfo | undefined {
  for (const [id, seen] of unit.secretsSeen) {
    const secret = model.secrets.get(id);
    if (!secret || secret.latest === seen) continue;
    const label = secret.consumers.get(unit.name)?.label ?? "";
    return { ...plainHook("secret-changed"), secret: { id, revision: secret.latest, label } };
  }
  return undefined;
}
