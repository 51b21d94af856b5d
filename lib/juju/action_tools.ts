/**
 * Juju's hook tools for actions.
 *
 * @module
 */
import { parseJson } from "../requirer/databag.ts";
import { line } from "../requirer/line.ts";
import type { Exec } from "./hook_tools.ts";

/**
 * Results of an action. A key has lower-case letters, digits and dashes, and Juju takes no other. Values
 * are text.
 */
export interface Results {
  /** A text, or further results. */
  readonly [key: string]: string | Results;
}

/** The hook tools for actions. */
export interface ActionTools {
  /** Reads the parameters, with their defaults. */
  readonly actionGet: () => Promise<unknown>;
  /** Adds results. Each value becomes one line. */
  readonly actionSet: (results: Results) => Promise<void>;
  /** Makes the action fail once the process ends. */
  readonly actionFail: (message: string) => Promise<void>;
  /** Shows a line to who waits for the action, at once. It never fails. */
  readonly actionLog: (message: string) => Promise<void>;
}

// Linux takes 2 MB of arguments for a program, and a value has 4 kB at most.
const MAXIMUM_ARGUMENTS = 100;

/**
 * Makes the hook tools' functions.
 *
 * @param exec Runs a tool.
 */
export function createActionTools(exec: Exec): ActionTools {
  return {
    actionGet: async () => parseJson(await exec("action-get", ["--format=json"])),
    actionSet: async (results) => {
      const args = flatten(results);
      for (let at = 0; at < args.length; at += MAXIMUM_ARGUMENTS) {
        await exec("action-set", args.slice(at, at + MAXIMUM_ARGUMENTS));
      }
    },
    actionFail: async (message) => void await exec("action-fail", ["--", line(message)]),
    actionLog: async (message) => {
      await exec("action-log", ["--", line(message)]).catch(() => {});
    },
  };
}

/**
 * Writes results as `action-set` takes them.
 *
 * @example Nested results
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(flatten({ a: { b: "1", c: "x\ny" } }), ["a.b=1", "a.c=x y"]);
 * ```
 *
 * @returns Arguments `key.key=value`.
 */
export function flatten(results: Results): readonly string[] {
  return Object.entries(results).flatMap(([key, value]) =>
    typeof value === "string"
      ? [`${key}=${line(value)}`]
      : flatten(value).map((rest) => `${key}.${rest}`)
  );
}
