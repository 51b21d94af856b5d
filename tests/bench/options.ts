/**
 * The command line of the bench.
 *
 * @module
 */
import { parseArgs } from "node:util";

/** What to measure, and where to write it. */
export interface Options {
  /** Paths of one charm, or of two to compare. */
  readonly charms: readonly string[];
  /** Number of rounds of each case. */
  readonly runs: number;
  /** What the names of the cases must match. */
  readonly only: RegExp;
  /** Milliseconds that Juju's agent takes to answer one tool. */
  readonly toolDelayMs: number;
  /** Whether to measure the program in Python, too. */
  readonly hasPython: boolean;
  /** Path of the results, without its extension. */
  readonly out: string;
}

/** The options, for a human. */
export const USAGE = `Usage: deno task bench [options]

  --charm FILE      a charm to measure; twice to compare two [dist/lxd-integrator_amd64.charm]
  --runs N          rounds of each case [5]
  --only PATTERN    a regular expression for the names of cases, such as
                    ^update-status/ or /databag/100/ [all]
  --tool-delay MS   what Juju's agent takes to answer one tool [10]
  --no-python       leave out the program in Python
  --out PATH        writes PATH.json and PATH.svg [dist/bench]
`;

// A real Juju 4.0 answers most tools in this time.
const TOOL_DELAY_MS = "10";
const CHARM = "dist/lxd-integrator_amd64.charm";

/**
 * Reads the command line.
 *
 * @example A quick run
 * ```ts
 * import assert from "node:assert/strict";
 * const { runs, only } = parseOptions(["--runs", "3", "--only", "^stop/"]);
 * assert.deepEqual([runs, only], [3, /^stop\//]);
 * ```
 *
 * @throws {TypeError} If an option is unknown or has no such value.
 */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      charm: { type: "string", multiple: true, default: [CHARM] },
      runs: { type: "string", default: "5" },
      only: { type: "string", default: "" },
      "tool-delay": { type: "string", default: TOOL_DELAY_MS },
      python: { type: "boolean", default: true },
      out: { type: "string", default: "dist/bench" },
    },
  });
  const { charm: charms, python: hasPython, out } = values;
  if (charms.length > 2) throw new TypeError("Cannot read the options: at most two charms");
  return {
    charms,
    runs: numberOf("--runs", values.runs, 1),
    only: patternOf(values.only),
    toolDelayMs: numberOf("--tool-delay", values["tool-delay"], 0),
    hasPython,
    out,
  };
}

function numberOf(name: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw new TypeError(`Cannot read ${name} ${text}: it must be a whole number from ${least} on`);
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new TypeError(`Cannot read --only ${text}: it must be a regular expression`, { cause });
  }
}
