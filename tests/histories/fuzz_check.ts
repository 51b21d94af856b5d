/**
 * Tries many databags.
 *
 * @module
 */
import fc from "fast-check";
import { createMaterial, databags } from "./fuzzed_databags.ts";
import { writeDatabags } from "./fuzz_run.ts";
import { bounded, report, starts } from "./seeds.ts";
import type { Server } from "./servers.ts";

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
 * @param server The server.
 * @param fuzzing What to try.
 * @throws {AssertionError} If one of them does harm.
 */
export async function fuzz(
  server: Server,
  { file, count, ofOneModel, seed }: Fuzzing,
): Promise<void> {
  const material = await createMaterial(server.certificates);
  const property = fc.asyncProperty(
    databags(material, ofOneModel),
    bounded((written) => writeDatabags(server, material, written)),
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
}
