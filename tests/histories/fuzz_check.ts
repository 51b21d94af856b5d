/**
 * Tries many databags.
 *
 * @module
 */
import fc from "fast-check";
import { createMaterial, databags } from "./fuzz.ts";
import { write } from "./fuzz_world.ts";
import type { Stage } from "./history_world.ts";
import { beginnings, bounded, report } from "./replay.ts";

/** What to try. */
export interface Fuzzing {
  /** Path of the test's file. */
  readonly file: string;
  /** How many databags, each with both of the requirer's keys. */
  readonly count: number;
  /** How many of them are written in one model, one after the other. */
  readonly ofOneModel: number;
  readonly seed: number;
}

/**
 * Tries many databags.
 *
 * @param stage Where.
 * @param fuzzing What to try.
 * @throws {AssertionError} If one of them does harm.
 */
export async function fuzz(
  stage: Stage,
  { file, count, ofOneModel, seed }: Fuzzing,
): Promise<void> {
  const material = await createMaterial(stage.pool);
  const property = fc.asyncProperty(
    databags(material, ofOneModel),
    bounded((written) => write(stage, material, written)),
  );
  for (const beginning of beginnings(seed, count / ofOneModel)) {
    report(
      await fc.check(property, beginning),
      file,
      (written) =>
        written.filter((databag) => databag !== null)
          .map((databag) => JSON.stringify(databag)).join("\n"),
    );
  }
}
