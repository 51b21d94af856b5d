/**
 * Seeds of generated tests: a fixed one, another one on demand, or the one case of a failure. The
 * environment asks for them:
 *
 * - `SEED`: a further seed to try, after the fixed one;
 * - `REPLAY` with `SEED`: the one case that a failure has named, and nothing else.
 *
 * @module
 */
import assert from "node:assert/strict";
import type fc from "fast-check";

const MAXIMUM_SHRINKS = 150;

/** Parameters of fast-check that say where to start. */
export type Start = Pick<fc.Parameters<unknown>, "numRuns" | "path" | "seed">;

/**
 * Gives the parameters of one check after the other.
 *
 * @param seed The fixed seed.
 * @param numRuns Number of cases of each seed.
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
 * Bounds how long a failing case is made smaller: after the first failure, only so many further cases
 * are tried, and the others pass.
 *
 * @param attempt Tries a case.
 * @returns The same attempt, bounded.
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
 * Fails if a check found something.
 *
 * @param details The result of the check.
 * @param file Path of the test's file, for the command that tries the case again.
 * @param show Writes a case.
 * @throws {AssertionError} With the smallest case of its kind, and the command for it.
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
    `Found after ${details.numRuns} cases, made smaller ${details.numShrinks} times:`,
    value === undefined ? "" : show(value),
    error,
    "To try it again:",
    `SEED=${seed} REPLAY=${counterexamplePath} npx -y deno@2.9.5 test -A ${file}`,
  ].join("\n"));
}
