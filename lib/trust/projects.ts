/**
 * LXD projects that a client may use.
 *
 * @module
 */
import { PROJECT_REGEXP } from "../requirer/databag.ts";

// Reasons and statuses are one line.
const MAXIMUM_NAMES = 5;
const MAXIMUM_CHARACTERS = 64;

/** Names of projects, sorted, each once; null for all of LXD. */
export type Projects = readonly string[] | null;

/**
 * Parses names with commas between them, as the operator's option and the interface `lxd-https` have
 * them.
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
 * @returns The projects; undefined if the value cannot be read. Null would open to all of LXD what
 * somebody meant to restrict.
 */
export function parseNames(value: unknown): Projects | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "") return null;
  const names = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length === 0 || !names.every((name) => PROJECT_REGEXP.test(name))) return undefined;
  return [...new Set(names)].sort();
}

/**
 * Joins the projects of two clients.
 *
 * @example All of LXD includes every project
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(join(["db"], ["web"]), ["db", "web"]);
 * assert.equal(join(["db"], null), null);
 * ```
 */
export function join(a: Projects, b: Projects): Projects {
  return a === null || b === null ? null : [...new Set([...a, ...b])].sort();
}

/**
 * Narrows projects to those that are allowed.
 *
 * @example One of two
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(narrow(["db", "web"], ["web"]), ["web"]);
 * assert.deepEqual(narrow(null, ["web"]), ["web"]);
 * ```
 *
 * @returns The projects in both; an empty list for none.
 */
export function narrow(projects: Projects, allowed: Projects): Projects {
  if (allowed === null) return projects;
  return projects === null ? allowed : projects.filter((project) => allowed.includes(project));
}

/**
 * Says whether all projects are allowed.
 *
 * @example All of LXD is in no list of projects
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isWithin(["web"], ["db", "web"]));
 * assert.ok(!isWithin(null, ["db", "web"]));
 * ```
 */
export function isWithin(projects: Projects, allowed: Projects): boolean {
  return allowed === null ||
    projects !== null && projects.every((project) => allowed.includes(project));
}

/**
 * Finds the projects that LXD lacks.
 *
 * @example One of two
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(missingFrom(new Set(["default", "web"]), ["wbe", "web"]), ["wbe"]);
 * assert.deepEqual(missingFrom(undefined, ["wbe"]), []);
 * ```
 *
 * @param existing LXD's projects; undefined if they are not known. Then LXD itself decides.
 * @returns Their names.
 */
export function missingFrom(
  existing: ReadonlySet<string> | undefined,
  projects: Projects,
): readonly string[] {
  return existing ? (projects ?? []).filter((project) => !existing.has(project)) : [];
}

/**
 * Says that LXD lacks projects. Long names are cut, and long lists end in the number of the others.
 *
 * @example One, and two
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(describeMissing(["wbe"]), 'No LXD project "wbe"');
 * assert.equal(describeMissing(["db", "wbe"]), 'No LXD projects "db", "wbe"');
 * ```
 */
export function describeMissing(names: readonly string[]): string {
  const shown = names.slice(0, MAXIMUM_NAMES).map((name) => `"${cut(name)}"`).join(", ");
  const others = names.length - MAXIMUM_NAMES;
  const more = others > 0 ? ` and ${others} more` : "";
  return `No LXD project${names.length === 1 ? "" : "s"} ${shown}${more}`;
}

function cut(name: string): string {
  const characters = [...name];
  if (characters.length <= MAXIMUM_CHARACTERS) return name;
  return `${characters.slice(0, MAXIMUM_CHARACTERS).join("")}...`;
}

/**
 * Says whether both are the same projects.
 *
 * @example No project is not all of LXD
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isSame(["web"], ["web"]));
 * assert.ok(!isSame([], null));
 * ```
 */
export function isSame(a: Projects, b: Projects): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((project, index) => project === b[index]);
}
