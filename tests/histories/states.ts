/**
 * Checks the states of certificates in a databag of the charm.
 *
 * @module
 */
import assert from "node:assert/strict";
import { expiryOf } from "../certificates.ts";
import type { Told } from "../harness/requirer.ts";
import { accessOf, type Expected } from "./expected.ts";
import type { Store } from "./trust_store.ts";

type State = Told["certificates"][number];

type Databag = Readonly<Record<string, string>>;

/** Checks that LXD trusts each certificate that is told as trusted, with the same projects. */
export function checkTrusted(databag: Databag, store: Store, hook: string): void {
  for (const { fingerprint, state, projects } of statesIn(databag)) {
    if (state !== "trusted") continue;
    const entry = store.get(fingerprint);
    assert.ok(entry?.type === "client", `${hook} called ${fingerprint} trusted`);
    assert.deepEqual(projects, accessOf(entry), `${hook} told the projects of ${fingerprint}`);
  }
}

/** Checks, at rest, that each certificate has its state, and that there is no error. */
export function checkStates(databag: Databag, { claims, refusals }: Expected, store: Store): void {
  assert.equal(databag["provider_error"], undefined, "no error at rest");
  const trusted = new Set(claims.map(({ fingerprint }) => fingerprint));
  const rejected: Told["rejected"] = JSON.parse(databag["rejected_certificates"] ?? "[]");
  // Of more than 100 rejections of a requirer, some are not listed. They have no state.
  const listed = new Set(rejected.map(({ fingerprint }) => fingerprint));
  const refused = refusals.map(({ fingerprint }) => fingerprint)
    .filter((fingerprint) => fingerprint !== null && listed.has(fingerprint));
  const expected = [
    ...[...trusted].map((fingerprint) => [fingerprint, "trusted"]),
    ...[...new Set(refused).difference(trusted)].map((fingerprint) => [fingerprint, "rejected"]),
  ].sort();
  const states = statesIn(databag);
  assert.deepEqual(states.map(({ fingerprint, state }) => [fingerprint, state]), expected);
  checkTrusted(databag, store, "A hook");
  for (const { fingerprint, state, expires_at, code, reason } of states) {
    const entry = store.get(fingerprint);
    if (entry) assert.equal(expires_at, expiryOf(entry.certificate), `expiry of ${fingerprint}`);
    if (state !== "rejected") continue;
    const isListed = rejected.some((one) =>
      one.fingerprint === fingerprint && one.code === code && one.reason === reason
    );
    assert.ok(isListed && code, `${fingerprint} is rejected for a listed reason`);
  }
}

function statesIn(databag: Databag): readonly State[] {
  return JSON.parse(databag["certificates"] ?? "[]");
}
