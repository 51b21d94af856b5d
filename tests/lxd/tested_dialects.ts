/**
 * The dialects of the stand-in that repeated tests use: kill points, replays, the fault matrix and
 * histories.
 *
 * @module
 */
import { type DialectName, DIALECTS } from "./stand_in_dialect.ts";

/** Used without the variable DIALECTS. */
const USUAL: readonly DialectName[] = ["6.10", "5.21.7", "5.0.2"];

/** The dialects. All these tests run over the first one, quick ones also over the others. */
export const TESTED_DIALECTS: readonly [DialectName, ...DialectName[]] = chosen();

/** `DIALECTS=6.10,5.0.2` chooses others. */
function chosen(): [DialectName, ...DialectName[]] {
  const text = Deno.env.get("DIALECTS");
  const [first, ...others] = text === undefined ? USUAL : text.split(",").map(named);
  if (first === undefined) throw new RangeError("Cannot choose dialects: DIALECTS is empty");
  return [first, ...others];
}

function named(text: string): DialectName {
  if (Object.hasOwn(DIALECTS, text)) return text as DialectName;
  throw new RangeError(`Cannot find the dialect "${text}": there is none of this name`);
}
