/**
 * Runs a scenario once for each point where a hook can fail, and compares each end state with the
 * undisturbed one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createPool, type PoolOptions } from "./deployment_pool.ts";
import type { EndState } from "./end_state.ts";
import { type HookFault, type HookFaultKind, hookFaultsOf, nameOf } from "./hook_fault.ts";
import { type RunOptions, runScenario } from "./run_scenario.ts";
import type { Scenario } from "./scenarios.ts";
import { createGate, together } from "./together.ts";

/** Options of the faults. */
export interface FailOptions extends PoolOptions, Omit<RunOptions, "pool"> {
  /** Kinds of faults. */
  readonly kinds: readonly HookFaultKind[];
  /** The unit whose hooks fail. @default {every unit} */
  readonly unit?: string;
  /** Number of runs at the same time. @default {2} */
  readonly lanes?: number;
  /** Removes values that may differ from an end state. @default {removes nothing} */
  readonly without?: (end: EndState) => EndState;
}

/**
 * Fails once at every point, in one run for each. Returns the faults.
 *
 * @throws {Error} If an end state differs from the undisturbed one.
 */
export async function failEverywhere(
  scenario: Scenario,
  options: FailOptions,
): Promise<readonly HookFault[]> {
  await using pool = createPool(scenario, options);
  const { hooks, end } = await runScenario(scenario, [], { ...options, pool });
  const { kinds, unit } = options;
  const faults = hookFaultsOf(hooks, kinds)
    .filter(({ hook }) => unit === undefined || hook.startsWith(`${unit} `));
  await runAll(scenario, { runs: faults.map((fault) => [fault]), end }, { ...options, pool });
  return faults;
}

/**
 * Fails at every request, then at every point of the repeated hook. Returns the pairs of faults.
 *
 * @throws {Error} If an end state differs from the undisturbed one.
 */
export async function failTwiceEverywhere(
  scenario: Scenario,
  options: FailOptions,
): Promise<readonly (readonly HookFault[])[]> {
  await using pool = createPool(scenario, options);
  const { hooks, end } = await runScenario(scenario, [], { ...options, pool });
  const pairs: (readonly HookFault[])[] = [];
  for (const first of hookFaultsOf(hooks, ["killed before request", "killed after request"])) {
    const once = await runScenario(scenario, [first], { ...options, pool });
    const replay = first.run + 1;
    const seconds = hookFaultsOf(once.hooks, options.kinds).filter(({ run }) => run === replay);
    pairs.push(...seconds.map((second) => [first, second]));
  }
  await runAll(scenario, { runs: pairs, end }, { ...options, pool });
  return pairs;
}

async function runAll(
  scenario: Scenario,
  { runs, end }: { readonly runs: readonly (readonly HookFault[])[]; readonly end: EndState },
  options: FailOptions & RunOptions,
): Promise<void> {
  const { lanes = 2, without = (end) => end } = options;
  const gate = createGate(lanes);
  const name = (faults: readonly HookFault[]) =>
    `${scenario.name}: ${faults.map(nameOf).join(", then ")}`;
  await together(runs, name, (faults) =>
    gate(async () => {
      const disturbed = await runScenario(scenario, faults, options);
      assert.deepEqual(without(disturbed.end), without(end));
    }));
}
