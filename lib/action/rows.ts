/**
 * Writes lists as results of an action.
 *
 * @module
 */
import type { Results } from "../juju/action_tools.ts";
import { list } from "../requirer/line.ts";
import type { Projects } from "../trust/projects.ts";

/** Number of rows that a list shows at most. */
export const MAXIMUM_ROWS = 100;

// In bytes of UTF-8.
const MAXIMUM_PROJECTS = 512;

/** Values by key; those without a value are left out. */
export type Row = Readonly<Record<string, string | null | undefined>>;

/**
 * Writes rows under numbers, the first hundred of them.
 *
 * @example One row, and none
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(writeRows([{ name: "a", code: undefined }]), { "001": { name: "a" } });
 * assert.deepEqual(writeRows([]), {});
 * ```
 */
export function writeRows(rows: readonly Row[]): Results {
  return Object.fromEntries(
    rows.slice(0, MAXIMUM_ROWS).map((row, index) => [
      String(index + 1).padStart(3, "0"),
      writeRow(row),
    ]),
  );
}

/** Writes one row. */
export function writeRow(row: Row): Results {
  const values = Object.entries(row).filter((pair): pair is [string, string] =>
    typeof pair[1] === "string"
  );
  return Object.fromEntries(values);
}

/**
 * Says how many rows are not shown.
 *
 * @example Two more than are shown
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([100, 102].map(restOf), [{}, { "not-listed": "2" }]);
 * ```
 */
export function restOf(count: number): Results {
  return count > MAXIMUM_ROWS ? { "not-listed": String(count - MAXIMUM_ROWS) } : {};
}

/**
 * Writes projects in one line.
 *
 * @example No restriction, and two projects
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([null, ["db", "web"], []].map(writeProjects), ["all", "db, web", "none"]);
 * ```
 */
export function writeProjects(projects: Projects): string {
  if (projects === null) return "all";
  return projects.length === 0 ? "none" : list(projects, MAXIMUM_PROJECTS);
}
