/**
 * The rejections of all relations: in the unit's log, and counted for the status.
 *
 * @module
 */
import type { Rejection } from "../requirer/databag.ts";
import { list, MAXIMUM_LINE } from "../requirer/line.ts";
import { isRest, numberOf } from "../trust/bound_rejections.ts";
import { newRejections } from "../trust/publication.ts";
import type { Published } from "../trust/want.ts";
import type { Context } from "./context.ts";
import type { Juju } from "./hook_tools.ts";
import { type Observation, relationGone } from "./observe.ts";
import { readPublished } from "./read_relations.ts";

/** A relation that was served. */
export interface Rejecting {
  /** Id of the relation. */
  readonly relation: string;
  /** The former publication. */
  readonly published: Published;
  /** The rejections now. */
  readonly rejected: readonly Rejection[];
}

const HEAD = "Rejected certificates: ";

/**
 * Writes one warning about the rejections that are not published yet. It names as many as there is
 * room for in one line.
 */
export async function logRejections(juju: Juju, relations: readonly Rejecting[]): Promise<void> {
  const rejections = relations.flatMap(({ published, rejected }) =>
    newRejections(published, rejected)
  );
  if (rejections.length === 0) return;
  const lines = rejections.filter((one) => !isRest(one)).map(({ unit, fingerprint, reason }) =>
    [unit, ...fingerprint ? [fingerprint] : [], reason].join(": ")
  );
  const options = { separator: "; ", count: numberOf(rejections) };
  await juju.jujuLog("WARNING", HEAD + list(lines, MAXIMUM_LINE - HEAD.length, options));
}

/**
 * Counts the rejections of all relations.
 *
 * A hook about one relation counts the other relations only if the number in its own relation has
 * changed. The number in the status cannot be added to: Juju sets the status at once, but keeps the
 * databags only if the hook ends well.
 *
 * @returns The number; undefined if it is the number in the status.
 */
export async function countRejections(
  context: Context,
  seen: Observation,
  relations: readonly Rejecting[],
): Promise<number | undefined> {
  const number = numberOf(relations.flatMap(({ rejected }) => rejected));
  if (seen.isWhole) return number;
  const before = [...relations.map(({ published }) => published), ...seen.gone];
  if (number === numberOf(before.flatMap(({ rejected }) => rejected))) return undefined;
  const served = [...relations.map(({ relation }) => relation), relationGone(seen)];
  const others = (await readPublished(context))
    .filter(({ relation }) => !served.includes(relation));
  return number + numberOf(others.flatMap(({ published }) => published.rejected));
}
