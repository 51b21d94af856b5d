/**
 * The next hook of a unit, decided as Juju's resolvers do.
 *
 * Reads the state and changes nothing. The order of the checks is the one of
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

/** What an agent does next: a hook, or a change of its own state. */
export type Operation =
  | { readonly kind: "hooks"; readonly hooks: readonly HookInfo[] }
  | { readonly kind: "skip-hook"; readonly hook: HookInfo }
  | { readonly kind: "accept-leadership" }
  | { readonly kind: "resign-leadership" }
  | { readonly kind: "enter-scope"; readonly relation: Relation }
  | { readonly kind: "terminate" };

/** Makes a hook that has no context but its name. */
export function plainHook(name: string): HookInfo {
  return { hook: name, kind: name };
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
  const { failed, queued } = unit;
  const dying = unit.life === "dying";
  const first = unit.installed ? urgentOperation(model, unit) : undefined;
  if (first) return first;
  if (failed) return hookOrSkip(model, unit, failed);
  // A dying unit is not installed first.
  if (queued && !(dying && queued.kind === "install")) return hookOrSkip(model, unit, queued);
  if (dying) return dyingOperation(model, unit);
  return idleOperation(model, unit);
}

/** What comes even before a queued hook, or before all others. */
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

/** A hook whose reason is gone is skipped, as if it had run. */
function hookOrSkip(model: ModelState, unit: Unit, hook: HookInfo): Operation {
  const { leader } = getApplication(model, unit.application);
  const gone = hook.kind === "leader-elected"
    // RunHook.Prepare looks again.
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
