/**
 * Seeds of generated tests: a fixed seed, and others from the environment:
 *
 * - `SEED`: a further seed, tried after the fixed one;
 * - `REPLAY` with `SEED`: the one case that a failure printed, and nothing else.
 *
 * @module
 */
import assert from "node:assert/strict";
import type fc from "fast-check";

const MAXIMUM_SHRINKS = 150;

/** The parameters of fast-check that choose the cases. */
export type Start = Pick<fc.Parameters<unknown>, "numRuns" | "path" | "seed">;

/**
 * Returns the parameters of each check.
 *
 * @param seed The fixed seed.
 * @param numRuns Number of cases for each seed.
 */
export function starts(seed: number, numRuns: number): readonly Start[] {
  const [another, path] = [Deno.env.get("SEED"), Deno.env.get("REPLAY")];
  if (path !== undefined) return [{ seed: Number(another ?? seed), path, numRuns: 1 }];
  return [seed, ...another === undefined ? [] : [Number(another)]].map((seed) => ({
    seed,
    numRuns,
  }));
}

/**
 * Limits the shrinking of a failing case: after the first failure, the attempt tries 150 cases, and
 * all further cases pass.
 */
export function bounded<T>(attempt: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let left = Infinity;
  return async (value) => {
    if (left-- <= 0) return;
    try {
      await attempt(value);
    } catch (error) {
      left = Math.min(left, MAXIMUM_SHRINKS);
      throw error;
    }
  };
}

/**
 * Fails if a check found a failing case.
 *
 * @param file Path of the test's file, for the command that repeats the case.
 * @param show Renders a case.
 * @throws {AssertionError} The message holds the smallest failing case, and the command that
 * repeats it.
 */
export function report<T>(
  details: fc.RunDetails<[T]>,
  file: string,
  show: (value: T) => string,
): void {
  if (!details.failed) return;
  const { counterexample, counterexamplePath, errorInstance, seed } = details;
  const error = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  const [value] = counterexample ?? [];
  assert.fail([
    `Found after ${details.numRuns} cases, shrunk ${details.numShrinks} times:`,
    value === undefined ? "" : show(value),
    error,
    "Repeat it with:",
    `SEED=${seed} REPLAY=${counterexamplePath} npx -y deno@2.9.6 test -A ${file}`,
  ].join("\n"));
}
