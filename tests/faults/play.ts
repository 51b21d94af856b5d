/**
 * Plays a scenario hook by hook, and strikes hooks where it is told to.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Model } from "../juju/model.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import { PLAYED_DIALECTS } from "../lxd/played_dialects.ts";
import type { DialectName } from "../lxd/stand_in_dialect.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import { type Databags, type EndState, endStateOf } from "./end_state.ts";
import type { Scenario } from "./scenarios.ts";
import {
  type Running,
  setStage,
  type Stage,
  type StageOptions,
  startSameStandIn,
} from "./stage.ts";
import { arm, outcomeOf, type PlayedRun, type Strike } from "./strike.ts";

/** What a play came to. */
export interface Played {
  /** The hooks since the scenario's beginning. */
  readonly runs: readonly PlayedRun[];
  /** What became of the stage, once no hook was left. */
  readonly end: EndState;
}

/** What a play is played with. */
export interface PlayOptions extends Omit<StageOptions, "lxd"> {
  /** LXD. @default {a stand-in} */
  readonly lxd?: LxdWorld;
  /** The version that the stand-in behaves like. @default {the first of those that are played} */
  readonly dialect?: DialectName;
  /**
   * How hooks run that are struck, and their replays, and all of them where none is struck. The
   * others run in process.
   */
  readonly running: Running;
  /** Lets every unit run update-status at the end. @default {false} */
  readonly isQuiet?: boolean;
}

const MAXIMUM_RUNS = 100;

/**
 * Plays a scenario. A hook that is struck must not end well, every other one must, after each one no
 * certificate may be lost, and in the end every unit must be active.
 *
 * @param scenario The scenario.
 * @param strikes What strikes its hooks.
 * @param options What with.
 * @returns What it came to.
 */
export async function play(
  scenario: Scenario,
  strikes: readonly Strike[],
  options: PlayOptions,
): Promise<Played> {
  await using begun = new AsyncDisposableStack();
  const { dialect = PLAYED_DIALECTS[0] } = options;
  const standIn = options.lxd
    ? undefined
    : begun.use(await startSameStandIn(scenario.members, dialect));
  const lxd = options.lxd ?? standIn;
  if (!lxd) throw new RangeError("Cannot play without an LXD");
  const stage = begun.use(await setStage({ ...options, lxd }));
  const before = await begin(scenario, stage);
  const runs: PlayedRun[] = [];
  for (;;) {
    const strike = strikes.find(({ run }) => run === runs.length);
    const isReplay = strikes.some(({ run }) => run + 1 === runs.length);
    const isStruck = strikes.length === 0 || strike !== undefined || isReplay;
    stage.run(isStruck ? options.running : "in process");
    const run = await step(stage.model, standIn, strike);
    if (run === undefined) break;
    runs.push(run);
    await checkKept(scenario, stage);
    assert.ok(runs.length < MAXIMUM_RUNS, "Hooks must come to an end");
  }
  for (const { run } of strikes) assert.ok(run < runs.length, "Every strike must strike");
  stage.run("in process");
  if (options.isQuiet) await passQuietly(stage);
  const end = await endStateOf(stage, before);
  const unwell = Object.entries(end.statuses).filter(([, { status }]) => status !== "active");
  assert.deepEqual(unwell, [], "All is well in the end");
  return { runs, end };
}

/**
 * Lets every unit run update-status, once nothing else is to be done.
 *
 * @param stage The stage.
 */
export async function passQuietly({ model }: Stage): Promise<void> {
  await model.settle();
  model.updateStatus(APPLICATION);
  await model.settle();
}

/**
 * Brings a stage to the moment when a scenario happens; its hooks are to be run.
 *
 * @param scenario The scenario.
 * @param stage The stage.
 * @returns The databags before.
 */
export async function begin(scenario: Scenario, stage: Stage): Promise<Databags> {
  await scenario.prepare(stage);
  await stage.model.settle();
  const databags = stage.model.databags();
  await scenario.act(stage);
  return databags;
}

/**
 * Checks that no certificate was lost that is wanted all the time, nor the access of who replaces one.
 *
 * @param scenario The scenario.
 * @param stage The stage.
 */
export async function checkKept(
  { keeps, replaces }: Pick<Scenario, "keeps" | "replaces">,
  { lxd }: Stage,
): Promise<void> {
  const trusted = new Set((await lxd.trustStore()).map(({ fingerprint }) => fingerprint));
  const lost = keeps.filter(({ fingerprint }) => !trusted.has(fingerprint));
  assert.deepEqual(lost, [], "No certificate may be lost");
  const isWithout = replaces.length > 0 &&
    !replaces.some(({ fingerprint }) => trusted.has(fingerprint));
  assert.ok(!isWithout, "The former certificate must stay until the next one is trusted");
}

async function step(
  model: Model,
  standIn: StandIn | undefined,
  strike: Strike | undefined,
): Promise<PlayedRun | undefined> {
  standIn?.clear();
  if (strike) arm(strike, model, standIn);
  const run = await model.step();
  model.faults.clear();
  if (run === undefined) return undefined;
  const { unit, hook, tools, statusAfter, outcome, error, stderr } = run;
  const name = `${unit} ${hook}`;
  if (strike) assert.equal(name, strike.hook, "The strike must hit the hook that it is for");
  const wanted = strike ? outcomeOf(strike) : outcome === "skipped" ? outcome : "done";
  assert.equal(outcome, wanted, `${name}: ${error} ${stderr}`);
  return { unit, hook, tools, statusAfter, requests: standIn?.requests ?? [] };
}
