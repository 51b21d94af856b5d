/**
 * A pool of deployments. The pool undoes the event of a scenario, which is less work than a new
 * deployment.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { APPLICATION } from "../harness/charm.ts";
import { charmFor, type Running } from "../harness/hooks.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { DialectName } from "../lxd/stand_in_dialect.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { type EndState, endStateOf } from "./end_state.ts";
import { type FixedDeployment, prepareFixed, startFixedStandIn } from "./fixed.ts";
import type { Scenario } from "./scenarios.ts";

/** Options of the deployments. */
export interface PoolOptions {
  /** LXD. @default {a stand-in for each} */
  readonly lxd?: LxdWorld;
  /** The version of stand-ins. @default {the first of the tested dialects} */
  readonly dialect?: DialectName;
  /** Which charm {@linkcode Deployment.runAs} can run. Hooks run in process until then. */
  readonly running: Running;
}

/** A settled deployment, before the event of its scenario. */
export interface Settled extends AsyncDisposable {
  readonly deployment: FixedDeployment;
  /** Its LXD, or undefined for a real LXD. */
  readonly standIn: StandIn | undefined;
  /** The state before the event. */
  readonly initial: EndState;
}

/** The deployments of one scenario. Disposal ends the free ones. */
export interface DeploymentPool extends AsyncDisposable {
  /** Returns a free deployment, or a new one. */
  readonly take: () => Promise<Settled>;
  /** Undoes the event. Keeps the deployment if its state is the initial one, else ends it. */
  readonly giveBack: (settled: Settled) => Promise<void>;
}

/**
 * Makes an empty pool.
 */
export function createPool(scenario: Scenario, options: PoolOptions): DeploymentPool {
  const free: Settled[] = [];
  return {
    take: async () => free.pop() ?? await settle(scenario, options),
    giveBack: async (settled) => {
      if (await isUndone(scenario, settled)) free.push(settled);
      else await settled[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: async () => {
      for (const settled of free.splice(0)) await settled[Symbol.asyncDispose]();
    },
  };
}

async function settle(
  scenario: Scenario,
  { lxd, dialect = TESTED_DIALECTS[0], running }: PoolOptions,
): Promise<Settled> {
  await using begun = new AsyncDisposableStack();
  const standIn = lxd ? undefined : begun.use(await startFixedStandIn(scenario.members, dialect));
  const over = lxd ?? standIn;
  if (!over) throw new RangeError("Cannot deploy without an LXD");
  const charmUnderTest = await charmFor(running);
  const deployment = begun.use(await prepareFixed(over, { running: "in process", charmUnderTest }));
  await scenario.prepare(deployment);
  await deployment.model.settle();
  const initial = await stateOf(deployment);
  const owned = begun.move();
  return { deployment, standIn, initial, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Undoes the event. Returns whether the state is the initial one. */
async function isUndone(
  { undo }: Scenario,
  { deployment, standIn, initial }: Settled,
): Promise<boolean> {
  if (!undo) return false;
  standIn?.clear();
  undo(deployment);
  deployment.runAs("in process");
  await deployment.model.settle();
  const isFirstLeader = deployment.model.leader(APPLICATION) === `${APPLICATION}/0`;
  return isFirstLeader && isDeepStrictEqual(await stateOf(deployment), initial);
}

/** Reads the state, without the number of changes that the leader counted for other units. */
async function stateOf(deployment: FixedDeployment): Promise<EndState> {
  return await endStateOf(deployment, deployment.model.databags());
}
