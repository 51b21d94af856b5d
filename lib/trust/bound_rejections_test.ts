import assert from "node:assert/strict";
import type { Rejection } from "../requirer/databag.ts";
import { byteLength } from "../requirer/line.ts";
import {
  boundRejections,
  isRest,
  MAXIMUM_REASON,
  MAXIMUM_REJECTIONS,
  numberOf,
} from "./bound_rejections.ts";

/** Rejections of one unit, each with another fingerprint. */
function manyOf(unit: string, count: number, reason = "The certificate expired"): Rejection[] {
  return Array.from({ length: count }, (_, index) => {
    const fingerprint = index.toString(16).padStart(64, "0");
    return { unit, fingerprint, reason };
  });
}

Deno.test("boundRejections() bounds each requirer by itself, and says how many more there are", () => {
  const [few, exact, many] = [manyOf("a/0", 3), manyOf("b/0", 100), manyOf("c/0", 1500)];
  const garbage = { unit: "c/0", fingerprint: null, reason: "The text holds no PEM certificate" };
  const bound = boundRejections([...many, ...few, garbage, ...exact]);
  const of = (name: string) => bound.filter(({ unit }) => unit === name);
  assert.deepEqual(of("a/0"), few);
  assert.deepEqual(of("b/0"), exact);
  assert.equal(of("c/0").length, MAXIMUM_REJECTIONS);
  assert.deepEqual(of("c/0").at(-1), {
    unit: "c/0",
    fingerprint: null,
    code: "more-rejections",
    reason: "and 1402 more rejections, which are not listed",
  });
  assert.equal(numberOf(bound), 3 + 100 + 1501);
  assert.equal(bound.filter(isRest).length, 1);
});

Deno.test("boundRejections() gives the same in any order, and leaves what is bounded", () => {
  const all = [...manyOf("a/0", 150), ...manyOf("b/0", 2, '"\u202e'.repeat(300))];
  const bound = boundRejections(all);
  assert.deepEqual(boundRejections(bound), bound);
  const reversed = boundRejections(all.toReversed());
  for (const name of ["a/0", "b/0"]) {
    const of = (rejected: readonly Rejection[]) => rejected.filter(({ unit }) => unit === name);
    assert.deepEqual(of(reversed), of(bound));
  }
});

Deno.test.each([
  { what: "long", reason: "x".repeat(100_000) },
  { what: "escaped in JSON", reason: '"\\'.repeat(1000) },
  { what: "escaped here", reason: "\0".repeat(1000) },
  { what: "wide", reason: "\u{1f512}".repeat(1000) },
])("boundRejections() stays below 64 kB with reasons that are $what", ({ reason }) => {
  const bound = boundRejections(manyOf(`${"application".repeat(8)}/0`, 2000, reason));
  assert.ok(byteLength(JSON.stringify(bound)) < 64_000);
  assert.ok(bound.length > 40);
  assert.equal(numberOf(bound), 2000);
  assert.deepEqual(boundRejections(bound), bound);
  for (const { reason } of bound) {
    assert.ok(byteLength(reason) <= MAXIMUM_REASON);
    assert.doesNotMatch(reason, /\p{C}/u);
  }
});
