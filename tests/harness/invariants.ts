/**
 * What has to hold in every scenario, whatever happens.
 *
 * @module
 */
import assert from "node:assert/strict";
import { APPLICATION, BYSTANDER } from "./charm.ts";
import type { Requirer, World } from "./deployment.ts";

// A PEM's first line, and the beginning of every base64 body in one.
const PEM_REGEXP = /-----BEGIN|\bMI[A-Z][A-Za-z0-9+/]{40}/;

const NOTHING_REGEXP = /^\s*(null|\[\s*(""\s*)?\])?\s*$/;

const KEYS = ["version", "nodes", "registered_certificates", "server_certificate"] as const;

/**
 * Checks that the application's databag tells what the leader's does to an application that asks, and
 * nothing to others, that every unit tells of the
 * same certificates and nodes, that every certificate told is in the trust store, and that logs and
 * statuses hold neither a key nor a certificate.
 *
 * @param world The world, settled.
 * @param requirers The applications that are or were related.
 */
export async function checkInvariants(
  world: World,
  requirers: readonly Requirer[],
): Promise<void> {
  const { model, lxd } = world;
  const isAnswering = lxd.members.some(({ running }) => running);
  const store = isAnswering ? await lxd.trustStore() : [];
  if (isAnswering) {
    const bystander = store.find(({ name }) => name === BYSTANDER);
    assert.deepEqual([bystander?.type, bystander?.restricted], ["client", false], BYSTANDER);
  }
  for (const { name, relation, told } of requirers) {
    if (!relation.exists()) continue;
    const leader = model.leader(APPLICATION);
    assert.ok(leader !== undefined, "the application has a leader");
    const [unit, application] = [relation.read(leader), relation.readApp(APPLICATION)];
    const { client_certificates: asked = "[]" } = relation.readApp(name);
    const isAnswered = Object.keys(application).length > 0;
    for (const key of isAnswered ? [...KEYS, "rejected_certificates"] : []) {
      assert.equal(application[key], unit[key], `${key} of the application is the leader's`);
    }
    if (model.status(leader).status === "active") {
      const isAsked = !NOTHING_REGEXP.test(asked);
      assert.equal(isAnswered, isAsked, "answers go where the question came from");
    }
    // Without LXD each unit goes on telling what it told last.
    if (!isAnswering) continue;
    for (const other of model.units(APPLICATION)) {
      const databag = relation.read(other);
      for (const key of KEYS) assert.equal(databag[key], unit[key], `${key} of ${other}`);
    }
    for (const fingerprint of told(leader).trusted) {
      const entry = store.find((entry) => entry.fingerprint === fingerprint);
      assert.equal(entry?.type, "client", `${fingerprint} is told, so it must be trusted`);
    }
  }
  const shown = [
    ...model.log.map(({ message }) => message),
    ...model.runs.flatMap((
      { stdout, stderr, statusAfter },
    ) => [stdout, stderr, statusAfter.message]),
  ];
  for (const text of shown) assert.doesNotMatch(text, PEM_REGEXP);
}
