/**
 * Checks the charm's promises in each case of the fault matrix.
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
 * Returns the foreign entries that an undisturbed run does not adopt.
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
 * Checks the state right after the hook of a case: no certificate is lost, no foreign entry has
 * changed, and the published data is true.
 *
 * @param untouched The foreign entries before the fault.
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
  assert.deepEqual(told.filter((fingerprint) => !trusted.has(fingerprint)), [], "all are trusted");
  for (const entry of untouched) {
    const now = store.find(({ fingerprint }) => fingerprint === entry.fingerprint);
    assert.deepEqual(now, entry, "foreign entries do not change");
  }
  const expected = expectedOf(faultCase);
  const isRejected = expected === "rejected" || expected === "neither restricted nor revoked";
  const rejections = Object.values(model.databags())
    .map(({ rejected_certificates: text }) => text ?? "").filter((text) => text !== "");
  assert.equal(rejections.length > 0, isRejected, "rejections are published");
  for (const text of rejections) {
    assert.deepEqual(
      JSON.parse(text).map(({ reason }: { readonly reason: string }) => reason),
      [expectedReason(faultCase)],
    );
  }
  const { scenario, purpose } = faultCase;
  // The charm revokes a certificate that LXD does not restrict as the operator asks.
  const keeps = isRejected && purpose === "restrict" ? [] : scenario.keeps;
  // A requirer that dropped a certificate has none if LXD refuses the next one.
  const replaces = isRejected ? [] : scenario.replaces;
  await checkKept({ keeps, replaces }, deployment);
}

/** Returns every fingerprint that the charm publishes. */
function toldOf({ model }: FixedDeployment): readonly string[] {
  return Object.entries(model.databags())
    .filter(([name]) => name.split(" ")[1]?.split("/")[0] === APPLICATION)
    .flatMap(([, { nodes = "" }]) => nodes.match(/[0-9a-f]{64}/g) ?? []);
}
