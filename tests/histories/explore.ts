/**
 * Tries many histories.
 *
 * @module
 */
import fc from "fast-check";
import { histories, type History, type HistoryOptions } from "./history.ts";
import type { Stage } from "./history_world.ts";
import { play } from "./play.ts";
import { REMEMBERED } from "./remembered.ts";
import { beginnings, bounded, report } from "./replay.ts";

/** What to try. */
export interface Exploration extends HistoryOptions {
  /** Path of the test's file. */
  readonly file: string;
  /** How many to try. */
  readonly count: number;
  readonly seed: number;
}

/**
 * Tries many histories: the stages at the same time, for much of a history is waiting.
 *
 * @param stages Where.
 * @param exploration What to try.
 * @throws {AssertionError} If one of them fails.
 */
export async function explore(
  stages: readonly Stage[],
  { file, count, seed, ...options }: Exploration,
): Promise<void> {
  const isReplay = Deno.env.has("REPLAY");
  await Promise.all(
    stages.slice(0, isReplay ? 1 : undefined).map(async (stage, index) => {
      const property = fc.asyncProperty(
        histories(options),
        bounded((history) => play(stage, history)),
      );
      for (const beginning of beginnings(seed, Math.ceil(count / stages.length))) {
        const own = isReplay ? {} : { seed: (beginning.seed ?? seed) + index };
        const examples = REMEMBERED.map((history): [History] => [history]);
        report(await fc.check(property, { examples, ...beginning, ...own }), file, show);
      }
    }),
  );
}

function show({ operations, ...beginning }: History): string {
  const happened = operations.filter((operation) => operation !== null);
  return [beginning, ...happened].map((part) => JSON.stringify(part)).join("\n");
}
