/**
 * Deployments that are used again: the event of a scenario is undone, which takes a part of the work
 * of another deployment.
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

/** What deployments are made with. */
export interface PoolOptions {
  /** LXD. @default {a stand-in for each} */
  readonly lxd?: LxdWorld;
  /** The version that stand-ins behave like. @default {the first of those that are run} */
  readonly dialect?: DialectName;
  /** How hooks are to run after {@linkcode Deployment.runAs}; in process until then. */
  readonly running: Running;
}

/** A deployment, settled before the event of its scenario. */
export interface Settled extends AsyncDisposable {
  readonly deployment: FixedDeployment;
  /** Its LXD, if that is a stand-in. */
  readonly standIn: StandIn | undefined;
  /** Its state. */
  readonly initial: EndState;
}

/** The deployments of one scenario. Disposal ends those that are free. */
export interface DeploymentPool extends AsyncDisposable {
  /** Gives a deployment that nothing else uses. */
  readonly take: () => Promise<Settled>;
  /** Undoes the event, and keeps the deployment if it is as before; ends it otherwise. */
  readonly giveBack: (settled: Settled) => Promise<void>;
}

/**
 * Makes a pool, empty at first.
 *
 * @param scenario The scenario.
 * @param options What its deployments are made with.
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

/** Undoes the event, and tells whether all is as before it. */
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

/** Gives the state, with how often units nudged each other left out. */
async function stateOf(deployment: FixedDeployment): Promise<EndState> {
  return await endStateOf(deployment, deployment.model.databags());
}
