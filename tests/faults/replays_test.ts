import assert from "node:assert/strict";
import type { EndState } from "./end_state.ts";
import { failEverywhere, failTwiceEverywhere } from "./fail_everywhere.ts";
import {
  BROKEN,
  DEPARTURE,
  FORCED,
  HTTPS,
  REJECTION,
  RESTRICTION,
  ROTATION,
  SHARING,
  SPEAKER,
  UPGRADE,
  withApplications,
  withUnits,
} from "./scenarios.ts";
import type { HookFaultKind } from "./hook_fault.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";

// A hook that is killed at a request ends only after a while, so more runs fit at the same time.
const IN_PROCESS = { running: "in process", lanes: 6 } as const;
const KILLS: readonly HookFaultKind[] = [
  "killed at tool call",
  "killed after tool call",
  "killed before request",
  "killed after request",
];
const SCENARIOS = [
  ROTATION,
  REJECTION,
  DEPARTURE,
  BROKEN,
  FORCED,
  UPGRADE,
  SHARING,
  RESTRICTION,
  HTTPS,
  SPEAKER,
];
const IN_UNITS = [ROTATION, DEPARTURE, BROKEN].map((scenario) => withUnits(scenario, 2));

// Versions differ in how they take and change names.
const [FIRST] = TESTED_DIALECTS;
const NAMING = [ROTATION, SHARING, UPGRADE];

Deno.test.each(
  TESTED_DIALECTS.flatMap((dialect) => [
    ...(dialect === FIRST ? SCENARIOS : NAMING)
      .map((scenario) => ({ scenario, dialect, kinds: KILLS })),
    ...(dialect === FIRST ? IN_UNITS : []).map((scenario) => ({
      scenario,
      dialect,
      kinds: KILLS.filter((kind) => kind !== "killed after tool call"),
    })),
  ]),
)("replays in process: $scenario.name over LXD $dialect, killed once", async (one) => {
  const { scenario, dialect, kinds } = one;
  const faults = await failEverywhere(scenario, { ...IN_PROCESS, dialect, kinds });
  assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(kinds));
  assert.equal(new Set(faults.map(({ hook }) => hook.split(" ")[0])).size, scenario.units);
});

Deno.test("replays in process: rotation, killed twice in a row", async () => {
  const kinds = KILLS.filter((kind) => kind !== "killed after tool call");
  const pairs = await failTwiceEverywhere(ROTATION, { ...IN_PROCESS, kinds });
  assert.ok(pairs.length >= 100, `${pairs.length} pairs`);
});

Deno.test.each(
  // Juju refuses a unit's writes for its application after the unit lost leadership.
  [...[ROTATION, DEPARTURE, SHARING].map(withApplications), BROKEN, UPGRADE]
    .flatMap((scenario) => [{ scenario }, { scenario: withUnits(scenario, 2) }]),
)(
  "replays in process: $scenario.name, refused at the flush",
  async ({ scenario }) => {
    const faults = await failEverywhere(scenario, {
      ...IN_PROCESS,
      kinds: ["leadership lost at flush"],
      // Another unit may lead at the end. After update-status it knows everything.
      endsWithUpdateStatus: true,
      without: withoutLeader,
    });
    assert.ok(faults.length >= 1);
  },
);

function withoutLeader(end: EndState): EndState {
  const databags = Object.entries(end.databags)
    .map(([name, { leader: _, changed: __, ...settings }]) => [name, settings]);
  return { ...end, databags: Object.fromEntries(databags) };
}
