import assert from "node:assert/strict";
import { UNIT } from "../harness/charm.ts";
import { failEverywhere } from "./fail_everywhere.ts";
import { DEPARTURE, ROTATION, withUnits } from "./scenarios.ts";

Deno.test.each([
  { scenario: withUnits(ROTATION, 2) },
  { scenario: withUnits(DEPARTURE, 2) },
])("kill points: the leader survives a kill: $scenario.name", async ({ scenario }) => {
  const faults = await failEverywhere(scenario, {
    running: "built",
    kinds: ["killed at tool call", "killed before request", "killed after request"],
    unit: UNIT,
  });
  // The hook has at least nine calls and three requests. Each request has two points.
  assert.ok(faults.length >= 15, `${faults.length} points`);
});
