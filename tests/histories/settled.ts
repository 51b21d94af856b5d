/**
 * Checks the promises at rest: LXD runs, Juju trusts the charm, no hook is pending, and every unit
 * has run `update-status`. Then no unit has an outdated view, so the published data must be exactly
 * true.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostname } from "node:os";
import { APPLICATION } from "../harness/charm.ts";
import { allowedOf, databags, type HistoryState, isOurs, isShared } from "./history_state.ts";
import { HTTPS } from "./history.ts";
import {
  accessOf,
  commonOf,
  type Decided,
  type Expected,
  expectedOf,
  type Refusal,
  union,
  withoutContested,
} from "./expected.ts";
import { checkStates } from "./states.ts";
import { foreignOf, readStore, type Store } from "./trust_store.ts";
import { isUnchanged, toldIn } from "./watch.ts";

/** Number of rejections of one requirer that a relation is told of at most. */
const MAXIMUM_REJECTIONS = 100;

/** Checks the trust store, the published data, and the statuses. */
export async function checkSettled(state: HistoryState): Promise<void> {
  const { model, relations } = state;
  const store = await readStore(state);
  const foreign = foreignOf(state, store);
  const all = decide(state, store);
  checkStore(state, store, all);
  const units = model.units(APPLICATION);
  for (const { endpoint, handle, application } of relations) {
    const expected = {
      claims: all.claims.filter(({ relation }) => relation === handle.id),
      refusals: all.refusals.filter(({ relation }) => relation === handle.id),
    };
    // Over lxd, an application gets an answer if it asks. Over lxd-https, only a cluster answers.
    const isAsked = endpoint !== HTTPS && [
      ...expected.claims.map(({ name }) => name),
      ...expected.refusals.map(({ unit }) => unit),
    ].includes(application);
    const ofApplication = handle.readApp(APPLICATION);
    if (!isAsked) assert.deepEqual(ofApplication, {}, "the application's databag is empty");
    for (const databag of [...units.map(handle.read), ...isAsked ? [ofApplication] : []]) {
      if (endpoint === HTTPS) checkWayIn(state, databag, expected);
      else checkNodes(state, databag, expected);
      checkAnswer(databag, expected);
      checkStates(databag, expected, store);
    }
  }
  await checkStatuses(state, [store.size - foreign.size, all.refusals.length]);
}

/** Checks that update-status has left the contested shared entries as they were. */
export async function checkKept(state: HistoryState, before: Store): Promise<void> {
  const after = await readStore(state);
  const { contested, all } = decide(state, before);
  for (const fingerprint of contested) {
    const [old, now] = [before.get(fingerprint), after.get(fingerprint)];
    if (!old || !isShared(state, old)) continue;
    const common = commonOf(all.filter((claim) => claim.fingerprint === fingerprint));
    assert.ok(isUnchanged(old, now, common), `the contested entry ${old.name} stays`);
  }
}

/** Returns what is expected of the databags. */
function decide(state: HistoryState, store: Store): Decided {
  const { certificates } = state.server;
  const foreign = foreignOf(state, store);
  const rules = { certificates, allowed: allowedOf(state), foreign };
  return withoutContested(
    expectedOf(databags(state), rules),
    (fingerprint) => foreign.has(fingerprint) ? undefined : store.get(fingerprint),
  );
}

/** Checks that every unit is active, and counts the entries and rejections. */
async function checkStatuses(
  { model, server: { lxd } }: HistoryState,
  [ours, rejected]: readonly [ours: number, rejected: number],
): Promise<void> {
  const counts = `1 node, ${ours} certificate${ours === 1 ? "" : "s"}`;
  const { metadata } = (await lxd.admin("GET", "/1.0")).body ?? {};
  const version = metadata.environment.server_version;
  const message = `LXD ${version}: ${counts}${rejected > 0 ? `, ${rejected} rejected` : ""}`;
  for (const unit of model.units(APPLICATION)) {
    assert.deepEqual(model.status(unit), { status: "active", message }, unit);
  }
}

/**
 * Checks that every unit publishes the same as the leader, once no hook is pending. This holds only
 * if no fault occurred and the leader stayed the same since the last settling.
 */
export function checkAlike({ model, relations }: HistoryState): void {
  const leader = model.leader(APPLICATION);
  for (const { handle } of relations) {
    if (leader === undefined) return;
    for (const unit of model.units(APPLICATION)) {
      assert.deepEqual(toldIn(handle.read(unit)), toldIn(handle.read(leader)), `${unit} differs`);
    }
  }
}

/** Checks that a removed charm left no entry. */
export async function checkGone(state: HistoryState): Promise<void> {
  const left = [...(await readStore(state)).values()].filter((entry) => isOurs(state, entry));
  assert.deepEqual(left.map(({ name }) => name), [], "a removed charm leaves no entry");
}

/**
 * Checks that each claimed certificate has one entry, with the access of all its requirers. Only a
 * shared entry that is contested stays as it was.
 */
function checkStore(state: HistoryState, store: Store, { claims, contested }: Decided): void {
  const foreign = foreignOf(state, store);
  const wanted = Map.groupBy(claims, ({ fingerprint }) => fingerprint);
  const kept = [...store.values()].filter((entry) =>
    isShared(state, entry) && contested.has(entry.fingerprint)
  );
  const isKept = new Set(kept.map(({ fingerprint }) => fingerprint));
  const expected = [...wanted]
    .filter(([fingerprint]) => !foreign.has(fingerprint) && !isKept.has(fingerprint))
    .map(([fingerprint, wants]) => {
      const [{ relation, name } = { relation: "", name: "" }, ...others] = wants;
      const mark = others.length === 0 ? `${relation}:${name.replace("/", "-")}` : "shared";
      const digits = fingerprint.slice(0, 12);
      return [
        fingerprint,
        `${state.prefix}${mark}:${digits}`,
        union(wants.map(({ access }) => access)),
      ] as const;
    });
  const found = [...store.values()].filter((entry) => isOurs(state, entry))
    .filter(({ fingerprint }) => !isKept.has(fingerprint))
    .map((entry) => [entry.fingerprint, entry.name, accessOf(entry)] as const);
  assert.deepEqual(found.toSorted(byFirst), expected.toSorted(byFirst), "the trust store");
}

type Databag = Readonly<Record<string, string>>;

/** Checks the data about LXD over the interface `lxd`. */
function checkNodes(
  { server: { lxd } }: HistoryState,
  databag: Databag,
  { claims }: Expected,
): void {
  const fingerprints = new Set(claims.map(({ fingerprint }) => fingerprint));
  const { version, nodes, server_certificate: server } = databag;
  assert.deepEqual([version, server], ["1.0", lxd.serverCertificate]);
  assert.deepEqual(JSON.parse(nodes ?? "null"), [{
    endpoint: lxd.members[0]?.endpoint,
    name: hostname(),
    trusted_certs_fp: [...fingerprints].toSorted(),
  }]);
}

/** Checks the data about LXD over `lxd-https`, which only a trusted requirer gets. */
function checkWayIn(
  { server: { lxd } }: HistoryState,
  databag: Databag,
  { claims }: Expected,
): void {
  const { version, certificate, addresses } = databag;
  const endpoint = lxd.members[0]?.endpoint.slice("https://".length);
  const isIn = claims.length > 0;
  assert.deepEqual(
    [version, certificate, addresses],
    isIn ? ["1.0", lxd.serverCertificate, endpoint] : [undefined, undefined, undefined],
  );
}

/** Checks the answer, which both interfaces share. */
function checkAnswer(databag: Databag, { claims, refusals }: Expected): void {
  const texts = Map.groupBy(claims, ({ fingerprint }) => fingerprint);
  const fingerprints = [...texts.keys()].toSorted();
  const { registered_certificates: registered = "[]", ...rest } = databag;
  const told: string[] = JSON.parse(registered);
  assert.equal(told.length, fingerprints.length, "each fingerprint has one certificate");
  for (const [index, fingerprint] of fingerprints.entries()) {
    const written = texts.get(fingerprint)?.map(({ text }) => text) ?? [];
    assert.ok(written.includes(told[index] ?? ""), `${fingerprint} is published as written`);
  }
  const rejected: Told[] = JSON.parse(rest["rejected_certificates"] ?? "[]");
  const units = [...refusals, ...rejected].map(({ unit }) => unit);
  for (const unit of new Set(units)) {
    checkRejected(
      rejected.filter((one) => one.unit === unit),
      refusals.filter((one) => one.unit === unit),
    );
  }
}

/** Checks the rejections of one requirer. Of more than 100, the last one stands for the others. */
function checkRejected(rejected: readonly Told[], refusals: readonly Refusal[]): void {
  const isMore = refusals.length > MAXIMUM_REJECTIONS;
  const rest = `and ${
    refusals.length - MAXIMUM_REJECTIONS + 1
  } more rejections, which are not listed`;
  const listed = isMore ? rejected.filter(({ reason }) => reason !== rest) : rejected;
  for (const refusal of refusals) {
    // What concerns a whole databag is always listed.
    if (isMore && refusal.fingerprint !== null) continue;
    const isTold = listed.some((one) => fits(one, refusal));
    assert.ok(isTold, `missing: ${JSON.stringify(refusal)} ${refusal.reason}`);
  }
  for (const one of listed) {
    assert.ok(refusals.some((refusal) => fits(one, refusal)), JSON.stringify(one));
  }
  const { length } = refusals;
  const expected = isMore ? [MAXIMUM_REJECTIONS, MAXIMUM_REJECTIONS - 1] : [length, length];
  assert.deepEqual([rejected.length, listed.length], expected, JSON.stringify(rejected));
}

type Told = Omit<Refusal, "relation" | "reason"> & { readonly reason: string };

function fits(told: Told, { unit, fingerprint, reason }: Refusal): boolean {
  return told.unit === unit && told.fingerprint === fingerprint && reason.test(told.reason);
}

function byFirst(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : 1;
}
