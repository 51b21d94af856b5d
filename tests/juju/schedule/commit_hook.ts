/**
 * What a hook that ended well changes in the agent's own state
 * (UNITER/operation/runhook.go Commit).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { agentRelation } from "../state/forced_relations.ts";
import { leaveScope } from "../state/relations.ts";
import type { HookInfo, ModelState, Unit } from "../state/state.ts";
import { newStatus } from "../state/status.ts";
import { dropUnit } from "../state/units.ts";
import { plainHook } from "./next_operation.ts";

/**
 * Commits a hook that ended well, or that was skipped.
 *
 * @param configHash As it was when the hook began; what came later is new.
 */
export function commitHook(
  model: ModelState,
  unit: Unit,
  hook: HookInfo,
  configHash: string,
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
        unit.configHash !== configHash;
      unit.configHash = configHash;
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

/** UpdateStateForHook in UNITER/relation/state.go. */
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
