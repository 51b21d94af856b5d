import assert from "node:assert/strict";
import { createTestClock } from "./test_clock.ts";

Deno.test("TestClock ends the running limits, and no later ones", () => {
  const clock = createTestClock();
  const before = clock.timeout(10_000);
  assert.ok(!before.aborted);
  clock.expire();
  assert.equal(before.reason.name, "TimeoutError");
  assert.ok(!clock.timeout(10_000).aborted);
});

Deno.test("TestClock pauses without waiting", async () => {
  await createTestClock().pause(3_600_000);
});
