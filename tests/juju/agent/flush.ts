/**
 * Applies the writes of a hook, all or none (CTX/context.go Flush, FAC CommitHookChanges).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { type ContextRelation, type HookContext, nameOf } from "../context/context.ts";
import { appBag, networkSettings, writeBag } from "../state/bags.ts";
import { isPeer } from "../state/queries.ts";
import type { FaultPlan } from "./faults.ts";

/**
 * Applies the writes of a hook. A fault may take the leadership away just before.
 *
 * @throws {Error} If a write needs the leadership, and the unit lost it. No write takes effect then.
 */
export function flush(context: HookContext, plan: FaultPlan): void {
  const { application, unit } = context;
  const loses = needsLeadership(context) &&
    plan.atFlush(unit.name, nameOf(context));
  if (loses) {
    const successor = application.units.values().find((other) =>
      other !== unit && other.agentDir !== undefined && other.life === "alive"
    );
    application.leader = successor?.name;
  }
  try {
    commitChanges(context);
  } finally {
    // The only unit soon gets the lease again.
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
    // Like UpdateNetworkInfo, before the charm's own writes, which override it.
    if (hook?.kind === "config-changed") refreshNetwork(context, relation);
    flushRelation(context, relation);
  }
  if (context.charmState) unit.charmState = context.charmState;
  for (const [port, change] of context.ports) {
    if (change === "open") unit.ports.add(port);
    else unit.ports.delete(port);
  }
}

/** Whether the hook made a write that only a leader may make. */
function needsLeadership(context: HookContext): boolean {
  return context.secretChanges.some(({ byLeader }) => byLeader) ||
    context.relations.values().some((relation) => (relation.ownAppBag?.changes.size ?? 0) > 0);
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
  { relation, local, ownUnitBag, ownAppBag }: ContextRelation,
): void {
  const bag = relation.unitBags.get(unit.name);
  if (bag && ownUnitBag) writeBag(bag, Object.fromEntries(ownUnitBag.changes));
  if (!ownAppBag) return;
  const own = appBag(relation, unit.application);
  writeBag(own, Object.fromEntries(ownAppBag.changes));
  // In 3.6, the leader runs no -changed hook for its own write.
  if (isPeer(relation) && isJuju3(model)) {
    local.applicationMembers.set(unit.application, own.version);
  }
}
