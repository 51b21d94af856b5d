/**
 * Tries many databags.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createMaterial, databags } from "./fuzzed_databags.ts";
import { REPLAYS, writeDatabags } from "./fuzz_run.ts";
import { bounded, report, starts } from "./seeds.ts";
import type { Server } from "./servers.ts";

/** Options of the databags to try. */
export interface Fuzzing {
  /** Path of the test's file. */
  readonly file: string;
  /** Number of databags, each with both keys of a requirer. */
  readonly count: number;
  /** Number of databags that one model gets, one after the other. */
  readonly ofOneModel: number;
  readonly seed: number;
}

// Number of databags that surely replay each certificate of others in each way.
const ENOUGH = 5000;

/**
 * Tries many databags.
 *
 * @throws {AssertionError} If one databag does harm.
 */
export async function fuzz(
  server: Server,
  { file, count, ofOneModel, seed }: Fuzzing,
): Promise<void> {
  const material = await createMaterial(server.certificates);
  const replays = new Set<string>();
  const property = fc.asyncProperty(
    databags(material, ofOneModel),
    bounded(async (written) => {
      for (const replay of await writeDatabags(server, material, written)) replays.add(replay);
    }),
  );
  for (const start of starts(seed, count / ofOneModel)) {
    report(
      await fc.check(property, start),
      file,
      (written) =>
        written.filter((databag) => databag !== null)
          .map((databag) => JSON.stringify(databag)).join("\n"),
    );
  }
  if (count < ENOUGH || Deno.env.has("REPLAY")) return;
  assert.deepEqual([...replays].sort(), REPLAYS, "the certificates of others were replayed");
}
