/**
 * The blocks of `docs/reference-limits.md`, from the constants that the charm uses.
 *
 * @module
 */

import { MAXIMUM_ROWS } from "../lib/action/rows.ts";
import { LIFETIME_DAYS, RENEWAL_DAYS } from "../lib/credential/own.ts";
import { MAXIMUM_ADDRESSES, MAXIMUM_TOKEN } from "../lib/credential/trust_token.ts";
import { MAXIMUM_STEPS } from "../lib/lxd/apply.ts";
import { MAXIMUM_WORDS } from "../lib/lxd/request.ts";
import * as TIME_LIMITS from "../lib/lxd/time_limits.ts";
import { MAXIMUM_LISTS } from "../lib/requirer/databag.ts";
import { LIMITS } from "../lib/requirer/limits.ts";
import { MAXIMUM_LINE } from "../lib/requirer/line.ts";
import {
  MAXIMUM_BYTES,
  MAXIMUM_REASON,
  MAXIMUM_REJECTIONS,
} from "../lib/trust/bound_rejections.ts";
import { MAXIMUM_VERIFICATIONS } from "../lib/trust/chain.ts";
import { renderTable } from "./blocks.ts";

/** A limit: what it bounds, its value with a unit, and what happens over it. */
type Limit = readonly [what: string, value: string, over: string];

/** What is said about a limit: what it bounds, and what happens over it. */
type Words = readonly [what: string, over: string];

/** The names of the constants that are limits. */
type TimeLimit = Exclude<keyof typeof TIME_LIMITS, "limitFor">;

/** A new limit does not compile without its words. */
const REQUIRER_WORDS: Readonly<Record<keyof typeof LIMITS, Words>> = {
  text: [
    "Bytes of UTF-8 in one key of a databag",
    "The key is not parsed, and rejected as a whole",
  ],
  certificate: ["Bytes of DER in one certificate", "That certificate is rejected"],
  certificates: [
    "Different certificates in one databag",
    "The first ones are served, and one " +
    "rejection stands for the others",
  ],
  projects: ["Different names in `projects`", "All certificates of the databag are rejected"],
};

/** The same for time limits. */
const TIME_WORDS: Readonly<Record<TimeLimit, Words>> = {
  REQUEST_LIMIT_MS: ["One answer of LXD, its body included", "LXD is unreachable for this hook"],
  ENTER_LIMIT_MS: [
    "One member of LXD, before the next one is asked",
    "The hook asks the next member",
  ],
  PRESENT_LIMIT_MS: [
    "A server that is not the pinned one, to present its certificate",
    "It presents none",
  ],
  ADDRESS_LIMIT_MS: [
    "All members of a cluster, to show where they listen for clients",
    "The address in the list of members is published",
  ],
  LXD_LIMIT_MS: [
    "All answers of LXD after `is-leader`, which promises leadership for 30 seconds",
    "The hook asks `is-leader` again if it changes LXD, and ends otherwise",
  ],
  LEADER_AGE_MS: [
    "Age of the answer of `is-leader` before a change of LXD",
    "The hook asks `is-leader` again",
  ],
  STEPS_LIMIT_MS: [
    "The changes of one hook in LXD, and the same again for its revocations",
    "The next hook goes on, and the status says so",
  ],
  LAST_STEPS_LIMIT_MS: [
    "The same, in the hook `stop` of the last unit",
    "The rest stays in LXD, and the log says so",
  ],
  PAUSES_MS: [
    "Pauses before a request is sent again, each shortened at random",
    "The last failure counts",
  ],
};

/** Renders the blocks: limits of requirers, of the charm, and of time. */
export function renderLimitBlocks(): Readonly<Record<string, string>> {
  return {
    "limits of requirers": tableOf([
      ...entriesOf(REQUIRER_WORDS).map(([name, [what, over]]): Limit => [
        what,
        count(LIMITS[name]),
        over,
      ]),
      [
        "Signatures that are verified in one databag",
        count(MAXIMUM_VERIFICATIONS),
        "Further certificates whose subject is the issuer of another one are rejected",
      ],
      [
        "Lists and objects in the JSON of a key",
        count(MAXIMUM_LISTS),
        "The text is not parsed as JSON",
      ],
    ]),
    "limits of the charm": tableOf([
      [
        "Rejections of one unit or application in a relation",
        count(MAXIMUM_REJECTIONS),
        "The last one gives the number of the others",
      ],
      ["Bytes of these rejections", count(MAXIMUM_BYTES), "The same"],
      ["Bytes of a reason", count(MAXIMUM_REASON), "The reason is cut"],
      ["Bytes of a status or of a line in the log", count(MAXIMUM_LINE), "The text is cut"],
      ["Bytes of LXD's words in them", count(MAXIMUM_WORDS), "The words are cut"],
      [
        "Rows of a list in the results of an action",
        count(MAXIMUM_ROWS),
        "`not-listed` gives the number of the others",
      ],
      ["Changes that are sent to LXD at a time", count(MAXIMUM_STEPS), "The others follow"],
      ["Characters of a trust token", count(MAXIMUM_TOKEN), "The text is no token"],
      ["Addresses in a token that are asked", count(MAXIMUM_ADDRESSES), "The others are not asked"],
      [
        "Lifetime of the charm's own certificate",
        days(LIFETIME_DAYS),
        `The charm replaces it ${days(RENEWAL_DAYS)} ahead of its end`,
      ],
    ]),
    "limits of time": tableOf(
      entriesOf(TIME_WORDS).map((
        [name, [what, over]],
      ) => [what, duration(TIME_LIMITS[name]), over]),
    ),
  };
}

function tableOf(rows: readonly Limit[]): string {
  return renderTable({ header: ["What", "Limit", "Over the limit"], rows });
}

function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): readonly [K, V][] {
  return Object.entries(record) as [K, V][];
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function days(number: number): string {
  return `${count(number)} days`;
}

function duration(milliseconds: number | readonly number[]): string {
  const all = typeof milliseconds === "number" ? [milliseconds] : milliseconds;
  return all.map((each) => each < 1000 ? `${each} ms` : `${count(each / 1000)} s`).join(", ");
}
