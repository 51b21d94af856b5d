/**
 * Bounds what a relation is told of rejections. A requirer decides how many certificates it sends and
 * how long its texts are, and must not decide how much this charm writes.
 *
 * @module
 */
import type { Rejection } from "../requirer/databag.ts";
import { byteLength, line } from "../requirer/line.ts";

/** Number of rejections of one requirer that a relation is told of at most. */
export const MAXIMUM_REJECTIONS = 100;

/** Length of a reason, in bytes of UTF-8. */
export const MAXIMUM_REASON = 512;

/**
 * JSON of one requirer's rejections, in bytes of UTF-8. With the one about the rest it stays below 64 kB.
 */
export const MAXIMUM_BYTES = 60_000;
const MAXIMUM_REST = 1000;

const REST_REGEXP = /^and (\d+) more rejections, which are not listed$/;

/**
 * Bounds rejections: their number and size for each requirer, and the length of each reason. The last
 * one of a requirer says how many more there are. The same rejections give the same ones in any order,
 * and bounded ones stay as they are.
 *
 * @example A reason in one line
 * ```ts
 * import assert from "node:assert/strict";
 * const [rejection] = boundRejections([{ unit: "a/0", fingerprint: null, reason: "no\0\nname" }]);
 * assert.equal(rejection?.reason, String.raw`no\u0000 name`);
 * ```
 */
export function boundRejections(rejected: readonly Rejection[]): readonly Rejection[] {
  const short = rejected.map((one) => ({ ...one, reason: line(one.reason, MAXIMUM_REASON) }));
  const byUnit = Map.groupBy(short, ({ unit }) => unit);
  return [...byUnit].flatMap(([unit, ofUnit]) => {
    const shown = first(ofUnit.toSorted(byImportance));
    const rest = numberOf(ofUnit) - numberOf(shown);
    if (rest === 0) return shown;
    const reason = `and ${rest} more rejections, which are not listed`;
    return [...shown, { unit, fingerprint: null, code: "more-rejections", reason }];
  });
}

/**
 * Compares two rejections, to sort them.
 *
 * @example By fingerprint
 * ```ts
 * import assert from "node:assert/strict";
 * const rejectionOf = (fingerprint: string) => ({ unit: "a/0", fingerprint, reason: "r" });
 * const [a, b] = [rejectionOf("aa"), rejectionOf("bb")];
 * assert.deepEqual([b, a].toSorted(compareRejections), [a, b]);
 * ```
 */
export function compareRejections(a: Rejection, b: Rejection): number {
  const [one, other] = [keyOf(a), keyOf(b)];
  return one < other ? -1 : Number(one > other);
}

/** Says whether a rejection stands for others that are not listed. */
export function isRest({ fingerprint, reason }: Rejection): boolean {
  return fingerprint === null && REST_REGEXP.test(reason);
}

/**
 * Counts rejections, with those that are not listed.
 *
 * @example Three
 * ```ts
 * import assert from "node:assert/strict";
 * const reasons = ["r", "and 2 more rejections, which are not listed"];
 * assert.equal(numberOf(reasons.map((reason) => ({ unit: "a/0", fingerprint: null, reason }))), 3);
 * ```
 */
export function numberOf(rejected: readonly Rejection[]): number {
  return rejected.reduce((number, one) => {
    const [, rest = "1"] = isRest(one) ? one.reason.match(REST_REGEXP) ?? [] : [];
    return number + Number(rest);
  }, 0);
}

/** Sorts what concerns a whole databag before single certificates, and the rest last. */
function byImportance(a: Rejection, b: Rejection): number {
  return importanceOf(a) - importanceOf(b) || compareRejections(a, b);
}

function importanceOf(rejection: Rejection): number {
  if (isRest(rejection)) return 2;
  return rejection.fingerprint === null ? 0 : 1;
}

/** The first rejections, as many as there is room for. */
function first(sorted: readonly Rejection[]): readonly Rejection[] {
  const shown = sorted.slice(0, MAXIMUM_REJECTIONS);
  if (shown.length === sorted.length && sizeOf(shown) <= MAXIMUM_BYTES) return shown;
  shown.splice(MAXIMUM_REJECTIONS - 1);
  while (sizeOf(shown) > MAXIMUM_BYTES - MAXIMUM_REST) shown.pop();
  return shown;
}

function sizeOf(rejected: readonly Rejection[]): number {
  return byteLength(JSON.stringify(rejected));
}

function keyOf({ unit, fingerprint, reason }: Rejection): string {
  return `${unit} ${fingerprint} ${reason}`;
}
