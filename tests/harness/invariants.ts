/**
 * Checks the promises that hold in every scenario.
 *
 * @module
 */
import assert from "node:assert/strict";
import { expiryOf } from "../certificates.ts";
import type { Model } from "../juju/mod.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";
import { APPLICATION, BYSTANDER } from "./charm.ts";
import type { Requirer, Told } from "./requirer.ts";

// A PEM's first line, and the beginning of every base64 body in one.
const PEM_REGEXP = /-----BEGIN|\bMI[A-Z][A-Za-z0-9+/]{40}/;

// What stops a tool from being run, and what changes how the text around it is shown.
const UNSEEN_REGEXP = /[\p{C}\p{Zl}\p{Zp}]/u;

// In bytes of UTF-8.
const MAXIMUM_LINE = 4096;
const MAXIMUM_REASON = 512;
// For one requirer.
const MAXIMUM_REJECTIONS = 100;
const MAXIMUM_REJECTED = 64_000;

// Juju's log names the relation of a hook, and a line of the unit's log its level.
const MAXIMUM_PREFIX = 64;

const NOTHING_REGEXP = /^\s*(null|\[\s*(""\s*)?\])?\s*$/;

const KEYS = ["version", "nodes", "registered_certificates", "server_certificate"] as const;

const OPTIONAL_KEYS = ["rejected_certificates", "certificates", "provider_error"] as const;

/** The parts of a deployment to check. */
export interface Checked {
  /** The model with the charm. */
  readonly model: Model;
  /** The LXD that the charm manages. */
  readonly lxd: LxdWorld;
}

/**
 * Checks that no foreign entry has changed, that the published data is true and the same from every
 * unit, that logs and statuses hold neither a key nor a certificate, and that text of others is short
 * and visible wherever it is shown.
 *
 * @param deployment The settled deployment.
 * @param requirers The applications that are or were related.
 */
export async function checkInvariants(
  { model, lxd }: Checked,
  requirers: readonly Requirer[],
): Promise<void> {
  const isAnswering = lxd.members.some(({ running }) => running);
  const store = isAnswering ? await lxd.trustStore() : undefined;
  if (store) checkBystander(store);
  for (const requirer of requirers) {
    if (!requirer.relation.exists()) continue;
    const leader = model.leader(APPLICATION);
    assert.ok(leader !== undefined, "the application has a leader");
    checkApplication(model, leader, requirer);
    checkRejections(model, requirer);
    // Without LXD, the published data of each unit stays as it is.
    if (store) checkUnits({ model, leader, store }, requirer);
  }
  checkSecrecy(model);
  checkLines(model);
}

function checkBystander(store: readonly TrustEntry[]): void {
  const bystander = store.find(({ name }) => name === BYSTANDER);
  assert.deepEqual([bystander?.type, bystander?.restricted], ["client", false], BYSTANDER);
}

/** Checks that an application that asks gets the leader's data in the application's databag. */
function checkApplication(model: Model, leader: string, { name, relation }: Requirer): void {
  const [unit, application] = [relation.read(leader), relation.readApp(APPLICATION)];
  const { client_certificates: asked = "[]" } = relation.readApp(name);
  const isAnswered = Object.keys(application).length > 0;
  for (const key of isAnswered ? [...KEYS, ...OPTIONAL_KEYS] : []) {
    assert.equal(application[key], unit[key], `${key} of the application is the leader's`);
  }
  if (model.status(leader).status !== "active") return;
  const isAsked = !NOTHING_REGEXP.test(asked);
  assert.equal(isAnswered, isAsked, "an application gets an answer if it asks");
}

/**
 * Checks that every unit publishes the same certificates and nodes, and that LXD trusts each. Only the
 * leader receives LXD's refusals, so the other states may differ.
 */
function checkUnits(
  { model, leader, store }: {
    readonly model: Model;
    readonly leader: string;
    readonly store: readonly TrustEntry[];
  },
  { relation, told }: Requirer,
): void {
  const unit = relation.read(leader);
  for (const other of model.units(APPLICATION)) {
    const databag = relation.read(other);
    for (const key of KEYS) assert.equal(databag[key], unit[key], `${key} of ${other}`);
    checkStates(told(other), databag["provider_error"] === undefined ? store : undefined);
    assert.deepEqual(trustedIn(told(other)), trustedIn(told(leader)), `certificates of ${other}`);
  }
  for (const fingerprint of told(leader).trusted) {
    const entry = store.find((entry) => entry.fingerprint === fingerprint);
    assert.equal(entry?.type, "client", `${fingerprint} is published, so LXD trusts it`);
  }
}

/**
 * Checks that each certificate has one state, that those are trusted which the nodes list, and that LXD
 * grants them what is told.
 *
 * @param store LXD's trust store; undefined beside an error, as the states are the last known ones.
 */
function checkStates(
  { certificates, trusted, rejected }: Told,
  store: readonly TrustEntry[] | undefined,
): void {
  const fingerprints = certificates.map(({ fingerprint }) => fingerprint);
  assert.deepEqual(
    fingerprints,
    [...new Set(fingerprints)].sort(),
    "each certificate has one state",
  );
  const states = Map.groupBy(certificates, ({ state }) => state);
  assert.deepEqual((states.get("trusted") ?? []).map(({ fingerprint }) => fingerprint), trusted);
  for (const { state, fingerprint, code, reason, projects, expires_at } of certificates) {
    const entry = store?.find((entry) => entry.fingerprint === fingerprint);
    if (state === "trusted") {
      if (!store) continue;
      const granted = entry?.restricted ? entry.projects.toSorted() : null;
      assert.deepEqual(projects, granted, `the projects of ${fingerprint}`);
      assert.equal(expires_at, expiryOf(entry?.certificate ?? ""), "the expiry");
    } else if (state === "rejected") {
      const found = rejected.filter((one) => one.fingerprint === fingerprint);
      assert.ok(found.some((one) => one.code === code && one.reason === reason), fingerprint);
    } else assert.equal(state, "pending");
  }
  const listed = new Set([...fingerprints, null]);
  for (const { fingerprint, code } of rejected) {
    assert.match(code ?? "", /^[a-z][a-z-]+$/, "each rejection has a code");
    assert.ok(listed.has(fingerprint), `${fingerprint} has a state`);
  }
}

function trustedIn({ certificates }: Told): readonly unknown[] {
  return certificates.filter(({ state }) => state === "trusted");
}

function checkSecrecy({ log, runs }: Model): void {
  const shown = [
    ...log.map(({ message }) => message),
    ...runs.flatMap(({ stdout, stderr, statusAfter: { message } }) => [stdout, stderr, message]),
  ];
  for (const text of shown) assert.doesNotMatch(text, PEM_REGEXP);
}

/** Each line of a log and each status can be read, and given to a program. */
function checkLines({ log, runs }: Model): void {
  const isOurs = ({ unit }: { readonly unit: string }) => unit.startsWith(`${APPLICATION}/`);
  const lines = [
    ...log.filter(isOurs).flatMap(({ message }) => linesOf(message)),
    ...runs.filter(isOurs).flatMap(({ stdout, statusAfter: { message }, tools }) => [
      ...stdout.split("\n"),
      message,
      ...tools.filter(({ tool }) => /^(juju-log|status-set)$/.test(tool))
        .flatMap(({ args }) => args.flatMap(linesOf)),
    ]),
  ];
  for (const line of lines) checkText(line, MAXIMUM_LINE + MAXIMUM_PREFIX);
}

/** The lines of a text, of which only those for software may come together. No other line looks like one. */
function linesOf(text: string): readonly string[] {
  const [first = "", ...others] = text.split("\n");
  for (const line of others) assert.match(line, /^lxd-(certificate|expiry) /);
  // Juju writes the relation before the message of a relation hook.
  if (/lxd-(certificate event|expiry kind)=/.test(first)) {
    assert.match(first, /^([\w-]+:\d+: )?lxd-(certificate event|expiry kind)=[^\n]*$/);
  }
  return [first, ...others];
}

/** A requirer is told in few words, whatever and however much it sent. */
function checkRejections(model: Model, { relation }: Pick<Requirer, "relation">): void {
  const databags = [
    ...model.units(APPLICATION).map((unit) => relation.read(unit)),
    relation.readApp(APPLICATION),
  ];
  for (const { rejected_certificates: text = "[]" } of databags) {
    const rejected: readonly { readonly unit: string; readonly reason: string }[] = JSON.parse(
      text,
    );
    for (const { reason } of rejected) checkText(reason, MAXIMUM_REASON);
    for (const [unit, ofUnit] of Map.groupBy(rejected, ({ unit }) => unit)) {
      assert.ok(ofUnit.length <= MAXIMUM_REJECTIONS, `${ofUnit.length} rejections of ${unit}`);
      const size = new TextEncoder().encode(JSON.stringify(ofUnit)).length;
      assert.ok(size < MAXIMUM_REJECTED, `${size} bytes of rejections of ${unit}`);
    }
  }
}

function checkText(text: string, maximum: number): void {
  assert.doesNotMatch(text, UNSEEN_REGEXP);
  const { length } = new TextEncoder().encode(text);
  assert.ok(length <= maximum, `${length} bytes: ${text.slice(0, 200)}...`);
}
