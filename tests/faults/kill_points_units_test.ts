import assert from "node:assert/strict";
import { CHARM, UNIT } from "../harness/charm.ts";
import { strikeEverywhere } from "./kill_points.ts";
import { DEPARTURE, ROTATION, withUnits } from "./scenarios.ts";

Deno.test.each([
  { scenario: withUnits(ROTATION, 2) },
  { scenario: withUnits(DEPARTURE, 2) },
])("kill points of the built charm: $scenario.name, the leader's", async ({ scenario }) => {
  const strikes = await strikeEverywhere(scenario, {
    charm: CHARM,
    running: "built",
    kinds: ["killed at tool call", "killed before request", "killed after request"],
    unit: UNIT,
  });
  // At least: nine calls, and three requests with both of their sides.
  assert.ok(strikes.length >= 15, `${strikes.length} points`);
});
