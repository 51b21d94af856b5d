/**
 * Tries many histories.
 *
 * @module
 */
import fc from "fast-check";
import { histories, type History, type HistoryOptions } from "./history.ts";
import { REMEMBERED } from "./remembered.ts";
import { runHistory } from "./run_history.ts";
import { runTwins } from "./twins.ts";
import { bounded, report, starts } from "./seeds.ts";
import type { Server } from "./servers.ts";

/** Options of the histories to try. */
export interface Exploration extends HistoryOptions {
  /** Path of the test's file. */
  readonly file: string;
  /** Number of histories. */
  readonly count: number;
  readonly seed: number;
  /** Whether each history runs with and without the hostile application. @default {false} */
  readonly hasTwin?: boolean;
}

/**
 * Tries many histories. All servers work at the same time, because a history waits much.
 *
 * @throws {AssertionError} If one history fails.
 */
export async function explore(
  servers: readonly Server[],
  { file, count, seed, hasTwin = false, ...options }: Exploration,
): Promise<void> {
  const isReplay = Deno.env.has("REPLAY");
  await Promise.all(
    servers.slice(0, isReplay ? 1 : undefined).map(async (server, index) => {
      const property = fc.asyncProperty(
        histories(options),
        bounded((history) => hasTwin ? runTwins(server, history) : runHistory(server, history)),
      );
      for (const start of starts(seed, Math.ceil(count / servers.length))) {
        const own = isReplay ? {} : { seed: (start.seed ?? seed) + index };
        const examples = REMEMBERED.map((history): [History] => [history]);
        report(await fc.check(property, { examples, ...start, ...own }), file, show);
      }
    }),
  );
}

function show({ operations, ...initial }: History): string {
  const happened = operations.filter((operation) => operation !== null);
  return [initial, ...happened].map((part) => JSON.stringify(part)).join("\n");
}
