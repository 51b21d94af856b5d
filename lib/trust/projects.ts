/**
 * The LXD projects that an entry of the trust store gives access to.
 *
 * @module
 */
import { PROJECT_REGEXP } from "../requirer/databag.ts";

/** Names of projects, sorted, each once; null for all of LXD. */
export type Projects = readonly string[] | null;

/**
 * Reads names with commas between them: the operator's option, and the interface `lxd-https`.
 *
 * @example What operators write
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseNames("web, db"), ["db", "web"]);
 * assert.equal(parseNames(""), null);
 * assert.equal(parseNames("my project"), undefined);
 * ```
 *
 * @param value Names with commas between them; empty for no restriction.
 * @returns The projects; undefined where the value cannot be read, for what somebody meant to
 * restrict must not be open to all.
 */
export function parseNames(value: unknown): Projects | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "") return null;
  const names = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length === 0 || !names.every((name) => PROJECT_REGEXP.test(name))) return undefined;
  return [...new Set(names)].sort();
}

/**
 * Joins what several may have.
 *
 * @param a What one may have.
 * @param b What another may have.
 * @returns What gives each of them enough.
 */
export function join(a: Projects, b: Projects): Projects {
  return a === null || b === null ? null : [...new Set([...a, ...b])].sort();
}

/**
 * Narrows what somebody has to what is allowed.
 *
 * @param projects What somebody has.
 * @param allowed What is allowed.
 * @returns What is in both; an empty list for nothing.
 */
export function narrow(projects: Projects, allowed: Projects): Projects {
  if (allowed === null) return projects;
  return projects === null ? allowed : projects.filter((project) => allowed.includes(project));
}

/**
 * Says whether something is allowed.
 *
 * @param projects What somebody has or asks for.
 * @param allowed What is allowed.
 * @returns Whether it is as narrow or narrower.
 */
export function isWithin(projects: Projects, allowed: Projects): boolean {
  return allowed === null ||
    projects !== null && projects.every((project) => allowed.includes(project));
}

/** Says whether both are the same projects. */
export function isSame(a: Projects, b: Projects): boolean {
  return a === null || b === null ? a === b : a.join() === b.join();
}
