/**
 * Runs hooks until none is left.
 *
 * @module
 */

import type { HookRun } from "../agent/hook_run.ts";
import type { Model, SettleOptions } from "./api.ts";

const DEFAULT_MAX_HOOKS = 1000;

/**
 * Runs hooks until none is left. A killed hook runs again without a limit.
 *
 * @throws {Error} If a unit's hook failed more often than `replays` allows, or too many hooks ran.
 */
export async function settle(
  step: Model["step"],
  { maxHooks = DEFAULT_MAX_HOOKS, replays = 0 }: SettleOptions = {},
): Promise<void> {
  const failures = new Map<string, number>();
  for (let count = 0; count < maxHooks; count++) {
    const run = await step();
    if (run === undefined) return;
    if (run.outcome !== "failed") {
      failures.delete(run.unit);
      continue;
    }
    const failed = (failures.get(run.unit) ?? 0) + 1;
    failures.set(run.unit, failed);
    if (failed > replays) throw hookError(run);
  }
  throw new Error(`Cannot settle: more than ${maxHooks} hooks ran`);
}

function hookError({ error, hook, stderr, stdout, unit }: HookRun): Error {
  const output = [stderr, stdout].filter((text) => text !== "").join("\n");
  return new Error(
    `Cannot settle: hook "${hook}" of ${unit} failed: ${error}\n${output}`,
  );
}
