import assert from "node:assert/strict";
import { medianOf, ratioOf } from "./results.ts";
import { resultOf } from "./sample_results.ts";
import { median, ratio } from "./statistics.ts";

Deno.test("median() and ratio() say NaN for no value", () => {
  assert.ok(Number.isNaN(median([])));
  assert.ok(Number.isNaN(ratio([1], [])));
  assert.equal(median([3]), 3);
});

Deno.test("ratioOf() pairs the rounds", () => {
  const result = resultOf({}, 20, 30, 90);
  assert.equal(ratioOf(result, ["charm", "charm empty"], "cpuMs"), 3);
  assert.equal(medianOf(result, "charm", "cpuMs"), 30);
  assert.ok(Number.isNaN(ratioOf(result, ["charm", "charm minimal"], "cpuMs")));
});
