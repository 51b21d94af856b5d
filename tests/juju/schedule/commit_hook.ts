/**
 * Records a successful hook in the agent's state (UNITER/operation/runhook.go Commit).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { configHash } from "../state/config.ts";
import { agentRelation } from "../state/forced_relations.ts";
import { leaveScope } from "../state/relations.ts";
import type { HookInfo, ModelState, Unit } from "../state/state.ts";
import { newStatus } from "../state/status.ts";
import { dropUnit } from "../state/units.ts";
import { plainHook } from "./next_operation.ts";

/** A hook that was successful, or that the agent skipped. */
export interface Commit {
  readonly hook: HookInfo;
  /** Fingerprint of the options when the hook began. A later change starts config-changed again. */
  readonly configHash: string;
}

/** Records a hook that was successful, or that the agent skipped. */
export function commitHook(
  model: ModelState,
  unit: Unit,
  { hook, configHash: hash }: Commit,
): void {
  unit.queued = undefined;
  unit.failed = undefined;
  unit.agentStatus = newStatus("idle");
  switch (hook.kind) {
    case "install":
      unit.installed = true;
      return;
    case "config-changed":
      unit.configAgain = !isJuju3(model) && unit.configHash !== undefined &&
        unit.configHash !== hash;
      unit.configHash = hash;
      if (!unit.started) unit.queued = plainHook("start");
      return;
    case "upgrade-charm":
      unit.queued = plainHook("config-changed");
      return;
    case "start":
      unit.started = true;
      unit.stopped = false;
      return;
    case "stop":
      unit.stopped = true;
      return;
    case "remove":
      dropUnit(model, unit);
      return;
    case "leader-settings-changed":
      unit.leaderSettingsSeen = true;
      return;
    case "update-status":
      unit.updateStatus = false;
      return;
    case "secret-changed":
      if (hook.secret) unit.secretsSeen.set(hook.secret.id, hook.secret.revision);
      return;
    default:
      commitRelationHook(model, unit, hook);
  }
}

/** Records a relation hook (UNITER/relation/state.go UpdateStateForHook). */
function commitRelationHook(
  model: ModelState,
  unit: Unit,
  hook: HookInfo,
): void {
  const relation = agentRelation(model, hook.relationId);
  const local = unit.relations.get(hook.relationId ?? -1);
  if (!relation || !local) return;
  const { changeVersion = 0, kind, remoteApplication = "", remoteUnit } = hook;
  if (kind === "relation-created") {
    local.created = true;
  } else if (kind === "relation-broken") {
    leaveScope(model, relation, unit.name);
  } else if (kind === "relation-departed") {
    local.members.delete(remoteUnit ?? "");
  } else if (remoteUnit === undefined) {
    local.applicationMembers.set(remoteApplication, changeVersion);
    local.changedPending = undefined;
  } else {
    local.members.set(remoteUnit, changeVersion);
    local.changedPending = kind === "relation-joined" ? remoteUnit : undefined;
  }
}

/**
 * Skips the failed hook of a unit, as `juju resolved --no-retry` does.
 *
 * @throws {Error} If no hook of the unit has failed.
 */
export function resolveHook(model: ModelState, unit: Unit): void {
  const { failed, name } = unit;
  if (!failed) throw new Error(`Cannot resolve "${name}": no hook has failed`);
  const id = failed.relationId ?? -1;
  const local = unit.relations.get(id);
  if (local && model.forcedRelations.has(id)) local.resolved = true;
  commitHook(model, unit, { hook: failed, configHash: configHash(model, unit) });
}
