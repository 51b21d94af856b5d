import assert from "node:assert/strict";
import { curvesOf, renderChart } from "./chart.ts";
import { resultOf } from "./sample_results.ts";
import { HEAD, renderRows } from "./table.ts";
import type { Results } from "./results.ts";

const cases = [
  resultOf({}, 20),
  resultOf({ size: 100 }, 40),
  resultOf({ layout: "units", size: 10 }, 30),
  resultOf({ kind: "stop" }, 20),
  resultOf({ members: 3, size: 100 }, 900),
];
const results: Results = {
  machine: { toolDelayMs: 10 },
  charms: { charm: "x.charm" },
  cases,
};

Deno.test("curvesOf() begins each layout with the one certificate that all have in common", () => {
  const curves = curvesOf(cases.slice(0, 4), { charm: "charm", layout: "units" });
  assert.deepEqual(curves, [{ name: "update-status", points: [[1, 2], [10, 3]] }]);
});

Deno.test("renderChart() draws the same bytes for the same results, and no cluster", () => {
  const chart = renderChart(results);
  assert.equal(renderChart(results), chart);
  assert.equal(chart.match(/<polyline/g)?.length, 2);
  assert.doesNotMatch(chart, /NaN|Infinity|undefined/);
});

Deno.test("renderChart() draws nothing of no results", () => {
  assert.doesNotMatch(renderChart({ ...results, cases: [] }), /NaN|Infinity|undefined|<polyline/);
});

Deno.test("renderRows() has the medians and ratios of a hook, and none of what was not measured", () => {
  assert.match(HEAD, /^Case +Program +Tools/);
  const row = renderRows([resultOf({}, 20, 30, 40)]);
  assert.deepEqual(row.trim().split(/ +/), [
    "update-status/databag/1/tool=10",
    "charm",
    ...["8", "4", "30", "3.00", "60", "60", "1.00"],
  ]);
});
