/**
 * The table of tool calls: calls in several hooks, and the results of both versions of Juju.
 *
 * @module
 */

import type { JujuVersion } from "../../charm/juju_version.ts";
import type { FIXTURES } from "../../testing/tool_fixture.ts";
import { FORCED_BROKEN_ROWS, FORCED_ROWS } from "./forced.ts";
import {
  brokenRows,
  CONFIG_CHANGED_ROWS,
  DEPARTED_ROWS,
  followerRows,
  RUNNING_ACTION_ROWS,
  TRUSTED_ROWS,
  ungrantedRows,
} from "./hooks.ts";
import { networkRows } from "./network.ts";
import { CONFIG_ROWS, OPTION_ROWS } from "./options.ts";
import { RELATION_LIST_ROWS, relationGetRows } from "./relation_get.ts";
import { RELATION_SET_ROWS } from "./relation_set.ts";
import { type Row, wordsOf } from "./row.ts";
import { secretRows } from "./secrets.ts";
import { ACTION_ROWS, stateRows, STATUS_ROWS } from "./status.ts";

/** Calls by fixture. The calls of a fixture happen in one hook, one after the other. */
export type Rows = Readonly<Partial<Record<keyof typeof FIXTURES, readonly Row[]>>>;

/** Returns the table of a version of Juju. */
export function rowsOf(version: JujuVersion): Rows {
  const words = wordsOf(version);
  return {
    changed: [
      ...OPTION_ROWS,
      ...CONFIG_ROWS,
      ...RELATION_LIST_ROWS,
      ...relationGetRows(words),
      ...RELATION_SET_ROWS,
      ...STATUS_ROWS,
      ...ACTION_ROWS,
      ...stateRows(words),
      ...secretRows(words),
      ...networkRows(words),
    ],
    follower: followerRows(words),
    departed: DEPARTED_ROWS,
    broken: brokenRows(words),
    config: CONFIG_CHANGED_ROWS,
    trusted: TRUSTED_ROWS,
    action: RUNNING_ACTION_ROWS,
    ungranted: ungrantedRows(words),
    // Juju 3.6 runs no hook after a removal by force.
    ...words.by<Rows>({}, { forced: FORCED_ROWS, forcedBroken: FORCED_BROKEN_ROWS }),
  };
}
