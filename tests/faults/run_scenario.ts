/**
 * Runs a scenario hook by hook, and injects faults into hooks.
 *
 * @module
 */
import assert from "node:assert/strict";
import { APPLICATION } from "../harness/charm.ts";
import type { Running } from "../harness/hooks.ts";
import type { DeploymentPool, Settled } from "./deployment_pool.ts";
import { type Databags, type EndState, endStateOf } from "./end_state.ts";
import type { FixedDeployment } from "./fixed.ts";
import { type HookFault, inject, outcomeOf, type RecordedHook } from "./hook_fault.ts";
import type { Scenario } from "./scenarios.ts";

/** The result of a scenario. */
export interface ScenarioRun {
  /** The hooks since the scenario's event. */
  readonly hooks: readonly RecordedHook[];
  /** The state after the last hook. */
  readonly end: EndState;
}

/** Options of a run. */
export interface RunOptions {
  /** The deployments of the scenario. */
  readonly pool: DeploymentPool;
  /**
   * How hooks with a fault and their repetitions run. Without any fault, all hooks run like this.
   * Other hooks run in process.
   */
  readonly running: Running;
  /** Whether every unit runs update-status at the end. @default {false} */
  readonly endsWithUpdateStatus?: boolean;
}

const MAXIMUM_HOOKS = 100;

/**
 * Runs a scenario. Hooks with a fault must fail, and all others must succeed. No hook may lose a
 * certificate, and at the end every unit must be active.
 */
export async function runScenario(
  scenario: Scenario,
  faults: readonly HookFault[],
  options: RunOptions,
): Promise<ScenarioRun> {
  const { pool, running, endsWithUpdateStatus = false } = options;
  await using owned = new AsyncDisposableStack();
  const settled = owned.use(await pool.take());
  const { deployment } = settled;
  const before = await startScenario(scenario, deployment);
  const hooks: RecordedHook[] = [];
  for (;;) {
    const fault = faults.find(({ run }) => run === hooks.length);
    const isReplay = faults.some(({ run }) => run + 1 === hooks.length);
    const isAffected = faults.length === 0 || fault !== undefined || isReplay;
    deployment.runAs(isAffected ? running : "in process");
    const hook = await runHook(settled, fault);
    if (hook === undefined) break;
    hooks.push(hook);
    await checkKept(scenario, deployment);
    assert.ok(hooks.length < MAXIMUM_HOOKS, "hooks come to an end");
  }
  for (const { run } of faults) assert.ok(run < hooks.length, "every fault occurs");
  deployment.runAs("in process");
  if (endsWithUpdateStatus) await settleWithUpdateStatus(deployment);
  const end = await endStateOf(deployment, before);
  const unwell = Object.entries(end.statuses).filter(([, { status }]) => status !== "active");
  assert.deepEqual(unwell, [], "every unit is active at the end");
  owned.move();
  await pool.giveBack(settled);
  return { hooks, end };
}

/** Settles, and runs update-status on every unit. */
export async function settleWithUpdateStatus({ model }: FixedDeployment): Promise<void> {
  await model.settle();
  model.updateStatus(APPLICATION);
  await model.settle();
}

/**
 * Makes the event of a scenario happen to a settled deployment. The caller runs its hooks.
 *
 * @returns The databags before the event.
 */
export async function startScenario(
  scenario: Scenario,
  deployment: FixedDeployment,
): Promise<Databags> {
  const databags = deployment.model.databags();
  await scenario.act(deployment);
  return databags;
}

/**
 * Checks that LXD trusts every certificate that is always wanted, and at least one of those that
 * replace each other.
 */
export async function checkKept(
  { keeps, replaces }: Pick<Scenario, "keeps" | "replaces">,
  { lxd }: FixedDeployment,
): Promise<void> {
  const trusted = new Set((await lxd.trustStore()).map(({ fingerprint }) => fingerprint));
  const lost = keeps.filter(({ fingerprint }) => !trusted.has(fingerprint));
  assert.deepEqual(lost, [], "no certificate is lost");
  const isWithout = replaces.length > 0 &&
    !replaces.some(({ fingerprint }) => trusted.has(fingerprint));
  assert.ok(!isWithout, "the former certificate stays until the next one is trusted");
}

async function runHook(
  { deployment: { model }, standIn }: Settled,
  fault: HookFault | undefined,
): Promise<RecordedHook | undefined> {
  standIn?.clear();
  if (fault) inject(fault, model, standIn);
  const run = await model.step();
  model.faults.clear();
  if (run === undefined) return undefined;
  const { unit, hook, tools, statusAfter, outcome, error, stderr } = run;
  const name = `${unit} ${hook}`;
  if (fault) assert.equal(name, fault.hook, "the fault occurs in its hook");
  const expected = fault ? outcomeOf(fault) : outcome === "skipped" ? outcome : "done";
  assert.equal(outcome, expected, `${name}: ${error} ${stderr}`);
  return { unit, hook, tools, statusAfter, requests: standIn?.requests ?? [] };
}
