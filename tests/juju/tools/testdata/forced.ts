/**
 * Calls about a relation that was removed by force.
 *
 * @module
 */

import { JSON_, type Row } from "./row.ts";

/** Calls in any hook after a removal by force. Tools list the relation, and cannot read or write it. */
const GONE: readonly Row[] = [
  { run: ["relation-ids", "api", JSON_], out: '["api:1"]\n' },
  { run: ["relation-list", "--app", JSON_], out: '"web"\n' },
  ...[["-", "sample/0"], ["host", "sample/0"]].map((args) => ({
    run: ["relation-get", "-r", "api:1", ...args],
    code: 1,
    err: "ERROR permission denied\n",
  })),
  {
    run: ["relation-get", "--app", "-", "sample"],
    code: 1,
    err: "ERROR permission denied (unauthorized access)\n",
  },
  ...[[], ["-", "web/0"], ["-", "web/1"], ["--app"], ["--app", "-", "web"]].map((args) => ({
    run: ["relation-get", ...args],
    code: 1,
    err: "ERROR getting regular relation by key: relation not found\n",
  })),
  ...[["a=b"], ["--app", "a=b"]].map((args) => ({
    run: ["relation-set", ...args],
    code: 1,
    err: "ERROR cannot read relation settings: permission denied\n",
  })),
  // Other relations work.
  { run: ["relation-get", "-r", "0", "--app", "-", "sample", JSON_], out: "{}\n" },
];

/** Calls in -departed. */
export const FORCED_ROWS: readonly Row[] = [
  { run: ["relation-list", JSON_], out: '["web/1"]\n' },
  ...GONE,
];

/** Calls in -broken. */
export const FORCED_BROKEN_ROWS: readonly Row[] = [
  { run: ["relation-list", JSON_], out: "[]\n" },
  ...GONE,
];
