/**
 * Runs a scenario hook by hook, and injects faults into some hooks.
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
  /** The state once no hook was left. */
  readonly end: EndState;
}

/** What a scenario is run with. */
export interface RunOptions {
  /** The deployments of the scenario. */
  readonly pool: DeploymentPool;
  /**
   * How hooks with a fault and their replays run, and all hooks if none has a fault. The others run
   * in process.
   */
  readonly running: Running;
  /** Whether every unit runs update-status at the end. @default {false} */
  readonly endsWithUpdateStatus?: boolean;
}

const MAXIMUM_HOOKS = 100;

/**
 * Runs a scenario. A hook with a fault must not end well, every other one must, after each one no
 * certificate may be lost, and in the end every unit must be active.
 *
 * @param scenario The scenario.
 * @param faults Faults of its hooks.
 * @param options What with.
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
    assert.ok(hooks.length < MAXIMUM_HOOKS, "Hooks must come to an end");
  }
  for (const { run } of faults) assert.ok(run < hooks.length, "Every fault must occur");
  deployment.runAs("in process");
  if (endsWithUpdateStatus) await settleWithUpdateStatus(deployment);
  const end = await endStateOf(deployment, before);
  const unwell = Object.entries(end.statuses).filter(([, { status }]) => status !== "active");
  assert.deepEqual(unwell, [], "All is well in the end");
  owned.move();
  await pool.giveBack(settled);
  return { hooks, end };
}

/** Settles, and lets every unit run update-status. */
export async function settleWithUpdateStatus({ model }: FixedDeployment): Promise<void> {
  await model.settle();
  model.updateStatus(APPLICATION);
  await model.settle();
}

/**
 * Lets the event of a scenario happen to a settled deployment; its hooks are to be run.
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
 * Checks that no certificate was lost that is wanted all the time, nor the access of a requirer that
 * replaces one.
 */
export async function checkKept(
  { keeps, replaces }: Pick<Scenario, "keeps" | "replaces">,
  { lxd }: FixedDeployment,
): Promise<void> {
  const trusted = new Set((await lxd.trustStore()).map(({ fingerprint }) => fingerprint));
  const lost = keeps.filter(({ fingerprint }) => !trusted.has(fingerprint));
  assert.deepEqual(lost, [], "No certificate may be lost");
  const isWithout = replaces.length > 0 &&
    !replaces.some(({ fingerprint }) => trusted.has(fingerprint));
  assert.ok(!isWithout, "The former certificate must stay until the next one is trusted");
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
  if (fault) assert.equal(name, fault.hook, "The fault must occur in the hook that it is for");
  const expected = fault ? outcomeOf(fault) : outcome === "skipped" ? outcome : "done";
  assert.equal(outcome, expected, `${name}: ${error} ${stderr}`);
  return { unit, hook, tools, statusAfter, requests: standIn?.requests ?? [] };
}
