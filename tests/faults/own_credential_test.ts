import assert from "node:assert/strict";
import { failEverywhere } from "./fail_everywhere.ts";
import type { HookFaultKind } from "./hook_fault.ts";
import { CHANGE_OF_CREDENTIAL, ENROLMENT, RENEWAL, withoutOwn } from "./own_credential.ts";
import { type Scenario, withUnits } from "./scenarios.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";

const KILLS: readonly HookFaultKind[] = [
  "killed at tool call",
  "killed after tool call",
  "killed before request",
  "killed after request",
];
const SCENARIOS: readonly Scenario[] = [ENROLMENT, CHANGE_OF_CREDENTIAL, ...RENEWAL];
// Versions take tokens in different ways.
const [FIRST] = TESTED_DIALECTS;
const OPTIONS = { endsWithUpdateStatus: true, without: withoutOwn } as const;

Deno.test.each(
  TESTED_DIALECTS.flatMap((dialect) =>
    (dialect === FIRST ? SCENARIOS : [ENROLMENT]).map((scenario) => ({ scenario, dialect }))
  ),
)(
  "own credential: $scenario.name over LXD $dialect, killed once",
  async ({ scenario, dialect }) => {
    const faults = await failEverywhere(scenario, {
      ...OPTIONS,
      running: "in process",
      lanes: 6,
      dialect,
      kinds: KILLS,
    });
    assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(KILLS));
  },
);

Deno.test.each(SCENARIOS.map((scenario) => ({ scenario: withUnits(scenario, 2) })))(
  "own credential: $scenario.name, leadership lost at the flush",
  async ({ scenario }) => {
    const faults = await failEverywhere(scenario, {
      ...OPTIONS,
      running: "in process",
      kinds: ["leadership lost at flush"],
      without: (end) => withoutNote(withoutOwn(end)),
    });
    assert.ok(faults.length >= 1);
  },
);

Deno.test("own credential: the built charm survives a kill while it enters LXD by a token", async () => {
  const faults = await failEverywhere(ENROLMENT, {
    ...OPTIONS,
    running: "built",
    kinds: ["killed at tool call", "killed after request"],
  });
  assert.ok(faults.some(({ kind }) => kind === "killed after request"));
});

/** Another unit may lead at the end. */
function withoutNote(end: ReturnType<typeof withoutOwn>): ReturnType<typeof withoutOwn> {
  const databags = Object.entries(end.databags)
    .map(([name, { leader: _, changed: __, ...settings }]) => [name, settings]);
  return { ...end, databags: Object.fromEntries(databags) };
}
