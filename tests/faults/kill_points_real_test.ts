import assert from "node:assert/strict";
import { startLxd } from "../lxd/real.ts";
import { CHARM } from "../harness/charm.ts";
import { strikeEverywhere } from "./kill_points.ts";
import { DEPARTURE, ROTATION } from "./scenarios.ts";

Deno.test("kill points of the built charm beside a real LXD", async () => {
  await using lxd = await startLxd();
  for (const scenario of [ROTATION, DEPARTURE]) {
    const strikes = await strikeEverywhere(scenario, {
      charm: CHARM,
      running: "built",
      kinds: ["killed at tool call"],
      lxd,
      // They share one LXD.
      lanes: 1,
    });
    assert.ok(strikes.length >= 5, `${strikes.length} points`);
  }
});
