import assert from "node:assert/strict";
import { failEverywhere } from "./fail_everywhere.ts";
import { BROKEN, DEPARTURE, FORCED, HTTPS, ROTATION, UPGRADE } from "./scenarios.ts";

// Each hook has at least five calls and three requests. Each request has two points.
const POINTS_OF_A_HOOK = 11;

Deno.test.each([
  { scenario: ROTATION, hooks: 1 },
  { scenario: DEPARTURE, hooks: 1 },
  { scenario: BROKEN, hooks: 2 },
  { scenario: FORCED, hooks: 2 },
  { scenario: UPGRADE, hooks: 2 },
  { scenario: HTTPS, hooks: 1 },
])("kill points: the built charm survives a kill: $scenario.name", async ({ scenario, hooks }) => {
  const faults = await failEverywhere(scenario, {
    running: "built",
    kinds: ["killed at tool call", "killed before request", "killed after request"],
  });
  assert.ok(faults.length >= hooks * POINTS_OF_A_HOOK, `${faults.length} points`);
});
