import assert from "node:assert/strict";
import type { EndState } from "./end_state.ts";
import { strikeEverywhere, type StrikeOptions, strikeTwiceEverywhere } from "./kill_points.ts";
import { createLeanCharm } from "../harness/lean_charm.ts";
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
import type { StrikeKind } from "./strike.ts";
import { PLAYED_DIALECTS } from "../lxd/played_dialects.ts";

// Who is killed at a request waits a while before it notices.
const LANES = 6;
const KILLS: readonly StrikeKind[] = [
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
const [FIRST] = PLAYED_DIALECTS;
const NAMING = [ROTATION, SHARING, UPGRADE];

Deno.test.each(
  PLAYED_DIALECTS.flatMap((dialect) => [
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
  const strikes = await withLeanCharm((charm) =>
    strikeEverywhere(scenario, { ...charm, dialect, kinds })
  );
  assert.deepEqual(new Set(strikes.map(({ kind }) => kind)), new Set(kinds));
  assert.equal(new Set(strikes.map(({ hook }) => hook.split(" ")[0])).size, scenario.units);
});

Deno.test("replays in process: rotation, killed twice in a row", async () => {
  const kinds = KILLS.filter((kind) => kind !== "killed after tool call");
  const pairs = await withLeanCharm((charm) =>
    strikeTwiceEverywhere(ROTATION, { ...charm, kinds })
  );
  assert.ok(pairs.length >= 100, `${pairs.length} pairs`);
});

Deno.test.each(
  // Who no longer leads is refused what it writes of the application's.
  [...[ROTATION, DEPARTURE, SHARING].map(withApplications), BROKEN, UPGRADE]
    .flatMap((scenario) => [{ scenario }, { scenario: withUnits(scenario, 2) }]),
)(
  "replays in process: $scenario.name, refused at its flush",
  async ({ scenario }) => {
    const strikes = await withLeanCharm((charm) =>
      strikeEverywhere(scenario, {
        ...charm,
        kinds: ["leadership lost at flush"],
        // Another unit may lead in the end; it knows all there is once nothing else is to be done.
        isQuiet: true,
        without: withoutLeader,
      })
    );
    assert.ok(strikes.length >= 1);
  },
);

async function withLeanCharm<T>(
  work: (options: Pick<StrikeOptions, "charm" | "running" | "lanes">) => Promise<T>,
): Promise<T> {
  await using charm = await createLeanCharm();
  return await work({ charm: charm.path, running: "in process", lanes: LANES });
}

function withoutLeader(end: EndState): EndState {
  const databags = Object.entries(end.databags)
    .map(([name, { leader: _, changed: __, ...settings }]) => [name, settings]);
  return { ...end, databags: Object.fromEntries(databags) };
}
