/**
 * Makes a hook's writes take effect, all or none (CTX/context.go Flush, FAC
 * CommitHookChanges).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { type ContextRelation, type HookContext, nameOf } from "../context/context.ts";
import { appBag, networkSettings, writeBag } from "../state/bags.ts";
import { isPeer } from "../state/queries.ts";
import type { FaultPlan } from "./faults.ts";

/**
 * Makes a hook's writes take effect. A fault may take the leadership away at
 * this very moment.
 *
 * @throws {Error} If the unit lost the leadership that a write needs; then
 * nothing takes effect.
 */
export function flush(context: HookContext, plan: FaultPlan): void {
  const { application, unit } = context;
  const loses = needsLeadership(context) &&
    plan.atFlush(unit.name, nameOf(context));
  if (loses) {
    const heir = application.units.values().find((other) =>
      other !== unit && other.agentDir !== undefined && other.life === "alive"
    );
    application.leader = heir?.name;
  }
  try {
    commitChanges(context);
  } finally {
    // Alone, a unit soon gets the lease again.
    if (loses) application.leader ??= unit.name;
  }
}

function commitChanges(context: HookContext): void {
  const { application, hook, model, unit } = context;
  if (needsLeadership(context) && application.leader !== unit.name) {
    throw new Error(`"${unit.name}" is not leader of "${application.name}"`);
  }
  for (const { apply } of context.secretChanges) apply();
  for (const relation of context.relations.values()) {
    if (!model.relations.has(relation.relation.id)) continue;
    // UpdateNetworkInfo comes first, so that the charm's own writes win.
    if (hook?.kind === "config-changed") refreshNetwork(context, relation);
    flushRelation(context, relation);
  }
  if (context.charmState) unit.charmState = context.charmState;
  for (const [port, change] of context.ports) {
    if (change === "open") unit.ports.add(port);
    else unit.ports.delete(port);
  }
}

/** Whether the hook wrote something that only a leader may write. */
function needsLeadership(context: HookContext): boolean {
  return context.secretChanges.some(({ byLeader }) => byLeader) ||
    context.relations.values().some((relation) => (relation.appNode?.changes.size ?? 0) > 0);
}

function refreshNetwork(
  { model, unit }: HookContext,
  { relation }: ContextRelation,
): void {
  const bag = relation.unitBags.get(unit.name);
  if (bag) writeBag(bag, networkSettings(model, unit));
}

function flushRelation(
  { model, unit }: HookContext,
  { relation, local, unitNode, appNode }: ContextRelation,
): void {
  const bag = relation.unitBags.get(unit.name);
  if (bag && unitNode) writeBag(bag, Object.fromEntries(unitNode.changes));
  if (!appNode) return;
  const own = appBag(relation, unit.application);
  writeBag(own, Object.fromEntries(appNode.changes));
  // Before 4.0 a leader is not told of what it wrote itself.
  if (isPeer(relation) && isJuju3(model)) {
    local.applicationMembers.set(unit.application, own.version);
  }
}
