/**
 * What the charm promises in every cell of the fault matrix.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import { askedOf, type Cell } from "./cell.ts";
import type { EndState } from "./end_state.ts";
import { checkKept } from "./play.ts";
import { PREFIX, type Stage } from "./stage.ts";
import { reasonOf, verdictOf } from "./verdict.ts";

/**
 * Tells the entries that are foreign, and stay so undisturbed.
 *
 * @param before LXD's trust store before.
 * @param end What becomes of it undisturbed.
 * @returns The entries.
 */
export function untouchedOf(
  before: readonly TrustEntry[],
  { trusted }: EndState,
): readonly TrustEntry[] {
  return before.filter(({ name, fingerprint }) =>
    !name.startsWith(PREFIX) &&
    trusted.find((entry) => entry.fingerprint === fingerprint)?.name === name
  );
}

/**
 * Checks that nothing is lost, nothing taken over, and nothing told that is not so, as soon as the
 * hook of a cell has ended.
 *
 * @param cell The cell.
 * @param stage Where it was played.
 * @param untouched The foreign entries as they were.
 */
export async function checkPromises(
  cell: Cell,
  stage: Stage,
  untouched: readonly TrustEntry[],
): Promise<void> {
  const { model, lxd } = stage;
  const store = await lxd.trustStore();
  const trusted = new Set(store.map(({ fingerprint }) => fingerprint));
  const told = toldOf(stage);
  assert.deepEqual(told.filter((fingerprint) => !trusted.has(fingerprint)), [], "All told is so");
  for (const entry of untouched) {
    const now = store.find(({ fingerprint }) => fingerprint === entry.fingerprint);
    assert.deepEqual(now, entry, "A foreign entry is as it was");
  }
  const isRejected = verdictOf(cell) === "rejected";
  const rejections = Object.values(model.databags())
    .map(({ rejected_certificates: text }) => text ?? "").filter((text) => text !== "");
  assert.equal(rejections.length > 0, isRejected, "A rejection is told");
  for (const text of rejections) {
    assert.deepEqual(
      JSON.parse(text).map(({ reason }: { readonly reason: string }) => reason),
      [reasonOf(cell)],
    );
  }
  const { scenario, request } = cell;
  // What LXD does not restrict must not keep more access than the operator allows.
  const keeps = isRejected && askedOf(request) === "restrict" ? [] : scenario.keeps;
  // Who offers what LXD refuses has nothing in the place of what it no longer offers.
  const replaces = isRejected ? [] : scenario.replaces;
  await checkKept({ keeps, replaces }, stage);
}

/** Every fingerprint that the charm tells anybody. */
function toldOf({ model }: Stage): readonly string[] {
  return Object.entries(model.databags())
    .filter(([name]) => name.split(" ")[1]?.split("/")[0] === APPLICATION)
    .flatMap(([, { nodes = "" }]) => nodes.match(/[0-9a-f]{64}/g) ?? []);
}
