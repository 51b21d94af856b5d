/**
 * Strikes the hooks of a scenario at every point, one in each play, and compares what becomes of it
 * with what becomes of it undisturbed.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { EndState } from "./end_state.ts";
import { play, type PlayOptions } from "./play.ts";
import type { Scenario } from "./scenarios.ts";
import { nameOf, type Strike, type StrikeKind, strikesOf } from "./strike.ts";
import { createGate, together } from "./together.ts";

/** How a scenario is struck. */
export interface StrikeOptions extends PlayOptions {
  /** What strikes. */
  readonly kinds: readonly StrikeKind[];
  /** Whose hooks are struck. @default {every unit's} */
  readonly unit?: string;
  /** How many plays are played at the same time. @default {2} */
  readonly lanes?: number;
  /** What two end states may differ in, taken out of one. @default {nothing} */
  readonly without?: (end: EndState) => EndState;
}

/**
 * Strikes every point once.
 *
 * @param scenario The scenario.
 * @param options How.
 * @returns The strikes.
 * @throws {Error} If anything becomes of it that does not become of it undisturbed.
 */
export async function strikeEverywhere(
  scenario: Scenario,
  options: StrikeOptions,
): Promise<readonly Strike[]> {
  const { runs, end } = await play(scenario, [], options);
  const { kinds, unit } = options;
  const strikes = strikesOf(runs, kinds)
    .filter(({ hook }) => unit === undefined || hook.startsWith(`${unit} `));
  await strikeAll(scenario, strikes.map((strike) => [strike]), end, options);
  return strikes;
}

/**
 * Strikes at every request, and every point of the hook that is replayed.
 *
 * @param scenario The scenario.
 * @param options How.
 * @returns The pairs of strikes.
 * @throws {Error} If anything becomes of it that does not become of it undisturbed.
 */
export async function strikeTwiceEverywhere(
  scenario: Scenario,
  options: StrikeOptions,
): Promise<readonly (readonly Strike[])[]> {
  const { runs, end } = await play(scenario, [], options);
  const pairs: (readonly Strike[])[] = [];
  for (const first of strikesOf(runs, ["killed before request", "killed after request"])) {
    const once = await play(scenario, [first], options);
    const replay = first.run + 1;
    const seconds = strikesOf(once.runs, options.kinds).filter(({ run }) => run === replay);
    pairs.push(...seconds.map((second) => [first, second]));
  }
  await strikeAll(scenario, pairs, end, options);
  return pairs;
}

async function strikeAll(
  scenario: Scenario,
  plays: readonly (readonly Strike[])[],
  end: EndState,
  options: StrikeOptions,
): Promise<void> {
  const { lanes = 2, without = (end) => end } = options;
  const gate = createGate(lanes);
  const name = (strikes: readonly Strike[]) =>
    `${scenario.name}: ${strikes.map(nameOf).join(", then ")}`;
  await together(plays, name, (strikes) =>
    gate(async () => {
      const played = await play(scenario, strikes, options);
      assert.deepEqual(without(played.end), without(end));
    }));
}
