/**
 * Over which versions of LXD the stand-in plays what is played over and over: kill points, replays,
 * the fault matrix and histories.
 *
 * @module
 */
import { type DialectName, DIALECTS } from "./stand_in_dialect.ts";

/** The usual ones. */
const USUAL: readonly DialectName[] = ["6.10", "5.21.7", "5.0.2"];

/** The dialects. All is played over the first; what is quick, over the others as well. */
export const PLAYED_DIALECTS: readonly [DialectName, ...DialectName[]] = chosen();

/** `DIALECTS=6.10,5.0.2` chooses others. */
function chosen(): [DialectName, ...DialectName[]] {
  const text = Deno.env.get("DIALECTS");
  const [first, ...others] = text === undefined ? USUAL : text.split(",").map(named);
  if (first === undefined) throw new RangeError("Cannot play: no dialect is chosen");
  return [first, ...others];
}

function named(text: string): DialectName {
  if (Object.hasOwn(DIALECTS, text)) return text as DialectName;
  throw new RangeError(`Cannot play over the dialect "${text}": there is none of this name`);
}
