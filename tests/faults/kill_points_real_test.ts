import assert from "node:assert/strict";
import { startLxd } from "../lxd/real.ts";
import { failEverywhere } from "./fail_everywhere.ts";
import { DEPARTURE, ROTATION } from "./scenarios.ts";

Deno.test("kill points: the built charm survives a kill beside a real LXD", async () => {
  await using lxd = await startLxd();
  for (const scenario of [ROTATION, DEPARTURE]) {
    const faults = await failEverywhere(scenario, {
      running: "built",
      kinds: ["killed at tool call"],
      lxd,
      // All runs share one LXD.
      lanes: 1,
    });
    assert.ok(faults.length >= 5, `${faults.length} points`);
  }
});
