/**
 * Plays the cells of the fault matrix, and checks what the charm promises in each.
 *
 * @module
 */
import assert from "node:assert/strict";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";
import { befall, type Cell, cellsOf, nameOf, timesSent } from "./cell.ts";
import { endStateOf } from "./end_state.ts";
import { begin, passQuietly, play, type Played } from "./play.ts";
import { checkPromises, untouchedOf } from "./promises.ts";
import {
  DEPARTURE,
  HTTPS,
  RESTRICTION,
  ROTATION,
  SHARING,
  UPGRADE,
  withMembers,
} from "./scenarios.ts";
import { type Running, setStage, startSameStandIn } from "./stage.ts";
import { createGate, type Gate, together } from "./together.ts";
import { statusOf } from "./verdict.ts";

// More, and whoever waits for its turn would be taken for an LXD that does not answer in time.
const LANES = 4;

/** A cell, with what it is compared with. */
export interface MatrixCell extends Cell {
  /** What the scenario comes to undisturbed, after a quiet hook. */
  readonly undisturbed: Played;
}

/** What a cell is played with. */
export interface CellOptions {
  /** Path of the charm. */
  readonly charm: string;
  /** How the hook runs that something befalls. */
  readonly running: Running;
}

// Together they ask everything that is ever asked of LXD.
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
 * Plays every scenario undisturbed, and tells the cells of all.
 *
 * @param charm Path of the charm.
 * @returns The cells.
 */
export async function readMatrix(charm: string): Promise<readonly MatrixCell[]> {
  const cells = await Promise.all(SCENARIOS.map(async (scenario) => {
    const undisturbed = await play(scenario, [], { charm, running: "in process", isQuiet: true });
    return cellsOf(scenario, undisturbed.runs).map((cell) => ({ ...cell, undisturbed }));
  }));
  return cells.flat();
}

/**
 * Plays cells, so many at a time; those that wait for a delayed answer wait together.
 *
 * @param cells The cells.
 * @param options What they are played with.
 * @throws {Error} If the charm does not keep what it promises in all of them.
 */
export async function playCells(
  cells: readonly MatrixCell[],
  options: CellOptions,
): Promise<void> {
  const gate = createGate(LANES);
  await together(cells, nameOf, (cell) => playCell(cell, { ...options, gate }));
}

async function playCell(
  cell: MatrixCell,
  { charm, running, gate }: CellOptions & { readonly gate: Gate },
): Promise<void> {
  const { scenario, undisturbed } = cell;
  await using begun = new AsyncDisposableStack();
  const { stage, standIn, databags, store } = await gate(async () => {
    const standIn = begun.use(await startSameStandIn(scenario.members, TESTED_DIALECTS[0]));
    const stage = begun.use(await setStage({ lxd: standIn, charm }));
    const databags = await begin(scenario, stage);
    for (let run = 0; run < cell.run; run++) await stage.model.step();
    return { stage, standIn, databags, store: await standIn.trustStore() };
  });
  standIn.clear();
  befall(cell, standIn);
  stage.run(running);
  const step = () => stage.model.step();
  const run = await (cell.befalls === "delayed" ? step() : gate(step));
  await gate(async () => {
    assert.ok(timesSent(cell, standIn) >= cell.nth, "The request must have been sent");
    standIn.clear();
    assert.equal(run?.outcome, "done", run?.stderr);
    const { status, message } = run.statusAfter;
    const usual = undisturbed.runs[cell.run]?.statusAfter;
    const endpoint = standIn.members.find(({ name }) => name === cell.request.member)?.endpoint;
    assert.match(
      `${status}: ${message}`,
      statusOf(cell, `${usual?.status}: ${usual?.message}`, endpoint ?? ""),
    );
    await checkPromises(cell, stage, untouchedOf(store, undisturbed.end));
    for (const member of standIn.members) if (!member.running) await member.start();
    stage.run("in process");
    await passQuietly(stage);
    assert.deepEqual(await endStateOf(stage, databags), undisturbed.end);
  });
}
