/**
 * What the charm promises in every case of the fault matrix.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import type { FaultCase } from "./case.ts";
import type { EndState } from "./end_state.ts";
import { checkKept } from "./run_scenario.ts";
import type { FixedDeployment } from "./fixed.ts";
import { expectedOf, expectedReason } from "./expected.ts";

/**
 * Gives the entries that are foreign, and stay so in an undisturbed run.
 *
 * @param deployment The deployment before the fault.
 * @param end The end state of an undisturbed run.
 */
export async function untouchedIn(
  { lxd, prefix }: FixedDeployment,
  { trusted }: EndState,
): Promise<readonly TrustEntry[]> {
  return (await lxd.trustStore()).filter(({ name, fingerprint }) =>
    !name.startsWith(prefix) &&
    trusted.find((entry) => entry.fingerprint === fingerprint)?.name === name
  );
}

/**
 * Checks that nothing is lost, nothing taken over, and nothing untrue is published, as soon as the
 * hook of a case has ended.
 *
 * @param faultCase The case.
 * @param deployment The deployment that it ran in.
 * @param untouched The foreign entries as they were.
 */
export async function checkPromises(
  faultCase: FaultCase,
  deployment: FixedDeployment,
  untouched: readonly TrustEntry[],
): Promise<void> {
  const { model, lxd } = deployment;
  const store = await lxd.trustStore();
  const trusted = new Set(store.map(({ fingerprint }) => fingerprint));
  const told = toldOf(deployment);
  assert.deepEqual(told.filter((fingerprint) => !trusted.has(fingerprint)), [], "All told is so");
  for (const entry of untouched) {
    const now = store.find(({ fingerprint }) => fingerprint === entry.fingerprint);
    assert.deepEqual(now, entry, "A foreign entry is as it was");
  }
  const expected = expectedOf(faultCase);
  const isRejected = expected === "rejected" || expected === "neither restricted nor revoked";
  const rejections = Object.values(model.databags())
    .map(({ rejected_certificates: text }) => text ?? "").filter((text) => text !== "");
  assert.equal(rejections.length > 0, isRejected, "A rejection is told");
  for (const text of rejections) {
    assert.deepEqual(
      JSON.parse(text).map(({ reason }: { readonly reason: string }) => reason),
      [expectedReason(faultCase)],
    );
  }
  const { scenario, purpose } = faultCase;
  // A certificate that LXD does not restrict must not keep more access than the operator allows.
  const keeps = isRejected && purpose === "restrict" ? [] : scenario.keeps;
  // A requirer whose certificate LXD refuses has none in place of the one that it no longer offers.
  const replaces = isRejected ? [] : scenario.replaces;
  await checkKept({ keeps, replaces }, deployment);
}

/** Gives every fingerprint that the charm publishes. */
function toldOf({ model }: FixedDeployment): readonly string[] {
  return Object.entries(model.databags())
    .filter(([name]) => name.split(" ")[1]?.split("/")[0] === APPLICATION)
    .flatMap(([, { nodes = "" }]) => nodes.match(/[0-9a-f]{64}/g) ?? []);
}
