import assert from "node:assert/strict";
import { askLeader } from "./leadership.ts";
import { LEADER_AGE_MS, LXD_LIMIT_MS } from "./lxd/time_limits.ts";

/** A unit that leads for so many questions, with a clock that the test sets. */
function unit(answers: number) {
  const state = { ms: 0, asked: 0 };
  const juju = { isLeader: () => Promise.resolve(state.asked++ < answers) };
  return { state, juju, clock: { now: () => new Date(state.ms) } };
}

Deno.test("askLeader() asks again once the answer is old, many callers together", async () => {
  const { state, juju, clock } = unit(2);
  const leadership = await askLeader(juju, clock);
  state.ms = LEADER_AGE_MS;
  assert.ok(await leadership.confirm());
  assert.deepEqual([state.asked, leadership.left()], [1, LXD_LIMIT_MS - LEADER_AGE_MS]);
  state.ms++;
  assert.deepEqual(await Promise.all([leadership.confirm(), leadership.confirm()]), [true, true]);
  assert.deepEqual([state.asked, leadership.left()], [2, LXD_LIMIT_MS]);
  state.ms += LEADER_AGE_MS + 1;
  assert.ok(!await leadership.confirm());
  assert.deepEqual([state.asked, leadership.isLeader()], [3, false]);
  state.ms += LEADER_AGE_MS + 1;
  assert.ok(!await leadership.confirm());
  assert.equal(state.asked, 3, "Juju's answer stays");
});

Deno.test("askLeader() gives LXD its time anew for a unit that does not lead", async () => {
  const { state, juju, clock } = unit(0);
  const leadership = await askLeader(juju, clock);
  state.ms = LXD_LIMIT_MS;
  await leadership.renew();
  assert.deepEqual([state.asked, leadership.left()], [1, LXD_LIMIT_MS]);
});
