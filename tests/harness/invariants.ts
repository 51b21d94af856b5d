/**
 * What has to hold in every scenario, whatever happens.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Model } from "../juju/mod.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";
import { APPLICATION, BYSTANDER } from "./charm.ts";
import type { Requirer } from "./requirer.ts";

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

/** What is checked. */
export interface Checked {
  /** The model that the charm runs in. */
  readonly model: Model;
  /** The LXD that it manages. */
  readonly lxd: LxdWorld;
}

/**
 * Checks that nothing foreign was changed, that all that relations are told is true and the same from
 * every unit, that logs and statuses hold neither a key nor a certificate, and that text of others
 * is short and can be seen wherever it is shown.
 *
 * @param deployment The deployment, settled.
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
    // Without LXD each unit goes on telling what it told last.
    if (store) checkUnits({ model, leader, store }, requirer);
  }
  checkSecrecy(model);
  checkLines(model);
}

function checkBystander(store: readonly TrustEntry[]): void {
  const bystander = store.find(({ name }) => name === BYSTANDER);
  assert.deepEqual([bystander?.type, bystander?.restricted], ["client", false], BYSTANDER);
}

/** The application's databag tells what the leader's does to an application that asks. */
function checkApplication(model: Model, leader: string, { name, relation }: Requirer): void {
  const [unit, application] = [relation.read(leader), relation.readApp(APPLICATION)];
  const { client_certificates: asked = "[]" } = relation.readApp(name);
  const isAnswered = Object.keys(application).length > 0;
  for (const key of isAnswered ? [...KEYS, "rejected_certificates"] : []) {
    assert.equal(application[key], unit[key], `${key} of the application is the leader's`);
  }
  if (model.status(leader).status !== "active") return;
  const isAsked = !NOTHING_REGEXP.test(asked);
  assert.equal(isAnswered, isAsked, "answers go where the question came from");
}

/** Every unit tells of the same certificates and nodes, and each certificate is trusted. */
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
  }
  for (const fingerprint of told(leader).trusted) {
    const entry = store.find((entry) => entry.fingerprint === fingerprint);
    assert.equal(entry?.type, "client", `${fingerprint} is told, so it must be trusted`);
  }
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
    ...log.filter(isOurs).map(({ message }) => message),
    ...runs.filter(isOurs).flatMap(({ stdout, statusAfter: { message }, tools }) => [
      ...stdout.split("\n"),
      message,
      ...tools.filter(({ tool }) => /^(juju-log|status-set)$/.test(tool))
        .flatMap(({ args }) => args),
    ]),
  ];
  for (const line of lines) checkText(line, MAXIMUM_LINE + MAXIMUM_PREFIX);
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
