/**
 * The reasons against keys of a databag that are over the limits, with their codes.
 *
 * @module
 */
import { reasonAgainstProjects, reasonAgainstText } from "../requirer/limits.ts";
import { because, type Reason } from "../requirer/reason.ts";

/**
 * Gives the reason against a text that is over the limit.
 *
 * @example Its code
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(textOverLimit("projects").code, "text-too-large");
 * ```
 *
 * @param key The key of the databag.
 */
export function textOverLimit(key: string): Reason {
  return { code: "text-too-large", reason: reasonAgainstText(key) };
}

/**
 * Checks the number of projects.
 *
 * @example As many as the limit, and one more
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([64, 65].map((number) => projectsOverLimit(number)?.code), [
 *   undefined,
 *   "too-many-projects",
 * ]);
 * ```
 *
 * @param number How many different ones are named.
 * @returns The reason why there are too many, or undefined if there are not.
 */
export function projectsOverLimit(number: number): Reason | undefined {
  return because("too-many-projects", reasonAgainstProjects(number));
}
