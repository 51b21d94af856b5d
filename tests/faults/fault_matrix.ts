/**
 * Runs the cases of the fault matrix, and checks the charm's promises in each.
 *
 * @module
 */
import assert from "node:assert/strict";
import { APPLICATION } from "../harness/charm.ts";
import type { Running } from "../harness/hooks.ts";
import { checkError } from "../harness/provider_error.ts";
import type { HookRun } from "../juju/mod.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { casesOf, type FaultCase, injectRequestFault, nameOf, timesSent } from "./case.ts";
import { createPool, type DeploymentPool, type Settled } from "./deployment_pool.ts";
import { type Databags, endStateOf } from "./end_state.ts";
import { expectedStatus } from "./expected.ts";
import type { FixedDeployment } from "./fixed.ts";
import { checkPromises, untouchedIn } from "./promises.ts";
import {
  runScenario,
  type ScenarioRun,
  settleWithUpdateStatus,
  startScenario,
} from "./run_scenario.ts";
import {
  DEPARTURE,
  HTTPS,
  RESTRICTION,
  ROTATION,
  SHARING,
  UPGRADE,
  withMembers,
} from "./scenarios.ts";
import { createGate, type Gate, together } from "./together.ts";

// With more lanes, a request that waits for its turn looks like a time-out of LXD.
const LANES = 4;

/** The cases. Disposal ends their deployments. */
export interface Matrix extends AsyncDisposable {
  readonly cases: readonly MatrixCase[];
}

/** A case, with the undisturbed run of its scenario. */
export interface MatrixCase extends FaultCase {
  /** The scenario without a fault, with an update-status at the end. */
  readonly undisturbed: ScenarioRun;
  /** The deployments of the scenario. */
  readonly pool: DeploymentPool;
}

/** Options of a case. */
export interface CaseOptions {
  /** How the hook with the fault runs. */
  readonly running: Running;
  /** Limits the work before and after the hook. The hook itself may wait for a reply. */
  readonly gate: Gate;
}

/** A deployment right before the hook with the fault. */
interface Ready {
  readonly settled: Settled;
  readonly deployment: FixedDeployment;
  readonly standIn: StandIn;
  /** The databags before the scenario's event. */
  readonly databags: Databags;
  /** The foreign entries that must not change. */
  readonly untouched: readonly TrustEntry[];
}

// Together they cause every kind of request to LXD.
const SCENARIOS = [
  ROTATION,
  DEPARTURE,
  SHARING,
  RESTRICTION,
  UPGRADE,
  HTTPS,
  withMembers(ROTATION, 3),
];

/**
 * Runs every scenario without a fault, and lists the cases of all scenarios.
 *
 * @param running How the hooks with a fault will run.
 */
export async function readMatrix(running: Running): Promise<Matrix> {
  await using begun = new AsyncDisposableStack();
  const cases = await Promise.all(SCENARIOS.map(async (scenario) => {
    const pool = begun.use(createPool(scenario, { running }));
    const undisturbed = await runScenario(scenario, [], {
      pool,
      running: "in process",
      endsWithUpdateStatus: true,
    });
    return casesOf(scenario, undisturbed.hooks).map((one) => ({ ...one, undisturbed, pool }));
  }));
  const owned = begun.move();
  return { cases: cases.flat(), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/**
 * Runs cases, a few at a time. Cases with a delayed reply wait at the same time.
 *
 * @param running How the hooks with a fault run.
 * @throws {Error} If the charm breaks a promise in any case.
 */
export async function runCases(cases: readonly MatrixCase[], running: Running): Promise<void> {
  const gate = createGate(LANES);
  const openGate: Gate = (work) => work();
  await together(
    cases,
    nameOf,
    (one) =>
      one.fault === "delayed"
        ? runCase(one, { running, gate })
        : gate(() => runCase(one, { running, gate: openGate })),
  );
}

async function runCase(one: MatrixCase, { running, gate }: CaseOptions): Promise<void> {
  await using owned = new AsyncDisposableStack();
  const ready = await gate(() => makeReady(one, owned));
  const { deployment, standIn } = ready;
  standIn.clear();
  const isInProcess = running === "in process";
  injectRequestFault(one, standIn, isInProcess ? deployment.clock.expire : undefined);
  deployment.runAs(running);
  const run = await deployment.model.step();
  await gate(async () => {
    assert.ok(timesSent(one, standIn) >= one.nth, "the hook sends the request");
    standIn.clear();
    checkStatus(one, run, standIn);
    checkTold(run, deployment);
    await checkPromises(one, deployment, ready.untouched);
    await checkEnd(one, ready);
    owned.move();
    await one.pool.giveBack(ready.settled);
  });
}

async function makeReady(
  { scenario, run, undisturbed, pool }: MatrixCase,
  owned: AsyncDisposableStack,
): Promise<Ready> {
  const settled = owned.use(await pool.take());
  const { deployment, standIn } = settled;
  assert.ok(standIn, "only a stand-in fails requests");
  const databags = await startScenario(scenario, deployment);
  for (let index = 0; index < run; index++) await deployment.model.step();
  const untouched = await untouchedIn(deployment, undisturbed.end);
  return { settled, deployment, standIn, databags, untouched };
}

function checkStatus(one: MatrixCase, run: HookRun | undefined, { members }: StandIn): void {
  assert.equal(run?.outcome, "done", run?.stderr);
  const { status, message } = run.statusAfter;
  const usual = one.undisturbed.hooks[one.run]?.statusAfter;
  const endpoint = members.find(({ name }) => name === one.request.member)?.endpoint;
  const expected = expectedStatus(one, `${usual?.status}: ${usual?.message}`, endpoint ?? "");
  assert.match(`${status}: ${message}`, expected);
}

/**
 * Checks that the hook told its relation, or all of them, of the error in its status. The leader tells an
 * application that has an answer, too.
 */
function checkTold(run: HookRun | undefined, { model }: FixedDeployment): void {
  assert.ok(run);
  const { unit, relation, statusAfter } = run;
  const isLeader = model.leader(APPLICATION) === unit;
  const databags = Object.entries(model.databags()).map(([name, databag]) => {
    const [id = "", owner = ""] = name.split(" ");
    return { id, owner, databag };
  });
  // The other relation is that of the charm's own units.
  const ofRequirers = new Set(
    databags.filter(({ owner }) => owner.split("/")[0] !== APPLICATION).map(({ id }) => id),
  );
  const concerned = databags.filter(({ id }) =>
    ofRequirers.has(id) && (relation === undefined || relation.endsWith(`:${id}`))
  );
  for (const { owner, databag } of concerned) {
    if (owner === unit || owner === APPLICATION && isLeader) checkError(databag, statusAfter);
  }
}

/** Checks that the end state equals the undisturbed one, once LXD works again. */
async function checkEnd(
  { undisturbed }: MatrixCase,
  { deployment, standIn, databags }: Ready,
): Promise<void> {
  for (const member of standIn.members) if (!member.running) await member.start();
  deployment.runAs("in process");
  await settleWithUpdateStatus(deployment);
  assert.deepEqual(await endStateOf(deployment, databags), undisturbed.end);
}
