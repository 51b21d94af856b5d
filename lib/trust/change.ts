/**
 * Changes of LXD's trust store that were made, as lines of the audit trail. `docs/reference-log.md` has
 * their form, which monitoring parses.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";
import { byteLength, line, visible } from "../requirer/line.ts";
import { type Mark, parseOwner, unslug } from "./owner.ts";
import type { Projects } from "./projects.ts";
import { effectOf, type Step } from "./step.ts";
import type { TrustEntry } from "./trust_store.ts";

/** A change of one entry. */
export interface Change {
  /** What happened to the entry. */
  readonly event: "added" | "changed" | "revoked";
  /** The certificate. */
  readonly fingerprint: Fingerprint;
  /** The entry's name: the new one, or that of the entry that is gone. */
  readonly name: string;
  /** The access that it has, or had; null for all of LXD. */
  readonly projects: Projects;
  /** Whether it is the charm's own certificate. @default {false} */
  readonly isOwn?: boolean;
}

/** How lines of the audit trail begin. */
export const CHANGE_LINE = "lxd-certificate";

const EVENTS = { add: "added", rename: "changed", restrict: "changed", revoke: "revoked" } as const;

// A value of these characters needs no quotes. Commas stand between projects.
const PLAIN_REGEXP = /^[\w.@:/+-]{1,256}$/;
// In bytes of UTF-8. With all its values, the line is below the limit of a line: a line that is cut
// within quotes is not read by software.
const MAXIMUM_VALUE = 256;
const MAXIMUM_PROJECTS = 3000;

/**
 * Tells the change that a step made.
 *
 * @param entry The entry before the step, if there was one.
 */
export function changeOf(step: Step, entry: TrustEntry | undefined): Change {
  const { fingerprint } = step;
  const { name = "", projects = null } = effectOf(step, entry) ?? entry ?? {};
  return { event: EVENTS[step.kind], fingerprint, name, projects };
}

/** Tells a change of the charm's own certificate. */
export function ownChange(event: Change["event"], fingerprint: Fingerprint): Change {
  return { event, fingerprint, name: "", projects: null, isOwn: true };
}

/**
 * Renders a change as one line of `key=value` pairs. Texts of others cannot add a pair or a line.
 *
 * @example A certificate that is confined to two projects
 * ```ts
 * import assert from "node:assert/strict";
 * import type { Fingerprint } from "../requirer/certificate.ts";
 * const change = {
 *   event: "added",
 *   fingerprint: "2274" as Fingerprint,
 *   name: "lxd-integrator@6f1c:3:my-charm-0:2274d312f072",
 *   projects: ["db", "web"],
 * } as const;
 * assert.equal(
 *   renderChange(change, { prefix: "lxd-integrator@6f1c:" }),
 *   "lxd-certificate event=added fingerprint=2274 requirer=my-charm/0 relation=3 " +
 *     "restricted=true projects=db,web",
 * );
 * ```
 *
 * @param mark The mark of our entries: their names tell the requirer.
 */
export function renderChange(change: Change, mark: Mark): string {
  const { event, fingerprint, projects } = change;
  const pairs = [
    ["event", event],
    ["fingerprint", fingerprint],
    ...ownerPairs(change, mark),
    ["restricted", String(projects !== null)],
    ...projects === null ? [] : projectPairs(projects),
  ];
  return line([CHANGE_LINE, ...pairs.map(([key, text]) => `${key}=${text}`)].join(" "));
}

/**
 * Writes a text as the value of a pair: in quotes, as JSON has them, unless it is plain. A text that is too
 * long is cut, and ends in dots.
 */
export function writeValue(text: string): string {
  return PLAIN_REGEXP.test(text) ? text : JSON.stringify(short(text));
}

function ownerPairs(
  { name, isOwn = false }: Change,
  mark: Mark,
): readonly (readonly [string, string])[] {
  if (isOwn) return [["own", "true"]];
  const owner = parseOwner(mark, name);
  if (owner?.kind === "requirer") {
    const { relation, slug } = owner;
    return [["requirer", writeValue(unslug(slug))], ["relation", relation]];
  }
  return owner?.kind === "shared" ? [["shared", "true"]] : [["name", writeValue(name)]];
}

/** As many projects as there is room for, and how many more there are. */
function projectPairs(projects: readonly string[]): readonly (readonly [string, string])[] {
  // A comma in a name would look like the end of it.
  const names = projects.map((name) => short(name).replaceAll(",", String.raw`\u002c`));
  let room = MAXIMUM_PROJECTS;
  const end = names.findIndex((name) => (room -= byteLength(JSON.stringify(name))) < 0);
  const shown = end < 0 ? names : names.slice(0, end);
  const text = shown.join(",");
  const isPlain = shown.every((name) => PLAIN_REGEXP.test(name));
  const rest = names.length - shown.length;
  return [
    ["projects", isPlain ? text : JSON.stringify(text)],
    ...rest > 0 ? [["more_projects", String(rest)] as const] : [],
  ];
}

function short(text: string): string {
  return line(visible(text), MAXIMUM_VALUE);
}
