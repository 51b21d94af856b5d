/**
 * Finds the hooks of a unit that may run next.
 *
 * @module
 */

import { configHash } from "../state/config.ts";
import { enterScope } from "../state/relations.ts";
import type { HookInfo, ModelState, Unit } from "../state/state.ts";
import { dropUnit } from "../state/units.ts";
import { commitHook } from "./commit_hook.ts";
import { nextOperation, type Operation, plainHook } from "./next_operation.ts";

/**
 * Returns the hooks of a unit that may run next. The caller runs one of them.
 *
 * First the agent performs its operations that run no hook: it enters scopes, accepts and resigns
 * leadership, skips hooks and terminates.
 */
export function nextHooks(
  model: ModelState,
  unit: Unit,
): readonly HookInfo[] {
  for (;;) {
    const operation = nextOperation(model, unit);
    if (operation === undefined) return [];
    if (operation.kind === "hooks") return operation.hooks;
    apply(model, unit, operation);
  }
}

function apply(
  model: ModelState,
  unit: Unit,
  operation: Exclude<Operation, { kind: "hooks" }>,
): void {
  switch (operation.kind) {
    case "accept-leadership":
      unit.leader = true;
      unit.queued = plainHook("leader-elected");
      return;
    case "resign-leadership":
      unit.leader = false;
      return;
    case "enter-scope":
      enterScope(model, operation.relation, unit);
      return;
    case "skip-hook":
      commitHook(model, unit, { hook: operation.hook, configHash: configHash(model, unit) });
      return;
    case "terminate":
      dropUnit(model, unit);
  }
}
