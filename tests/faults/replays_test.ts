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

// A hook that is killed at a request waits a while before it notices.
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

// What differs between versions is how names are taken and changed.
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
)("replays in process: $scenario.name over LXD $dialect, killed", async (one) => {
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
  // Juju refuses what a unit writes for the application once it leads no more.
  [...[ROTATION, DEPARTURE, SHARING].map(withApplications), BROKEN, UPGRADE]
    .flatMap((scenario) => [{ scenario }, { scenario: withUnits(scenario, 2) }]),
)(
  "replays in process: $scenario.name, refused at its flush",
  async ({ scenario }) => {
    const faults = await failEverywhere(scenario, {
      ...IN_PROCESS,
      kinds: ["leadership lost at flush"],
      // Another unit may lead in the end. It knows everything after an update-status.
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
