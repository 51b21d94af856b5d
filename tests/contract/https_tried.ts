/**
 * A relation over `lxd-https` in which a requirer behaves as a public charm does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { APPLICATION } from "../harness/charm.ts";
import { withoutNetworkKeys } from "../harness/databag.ts";
import type { Deployment } from "../harness/deployment.ts";
import type { HttpsRequirer } from "../harness/https_requirer.ts";
import { authOf, presentedFingerprint } from "../lxd/client.ts";
import { type Connection, type Requirer, REQUIRERS, type Seen } from "./https_peers.ts";

const [a, b, c] = await Promise.all(
  ["a", "b", "c"].map((commonName) => createCertificate({ commonName, key: "p384" })),
);
assert.ok(a && b && c);

/** The certificates of requirers. Both public requirers make theirs on P-384. */
export const CERTIFICATES: Readonly<Record<"a" | "b" | "c", TestCertificate>> = { a, b, c };

/** A relation over `lxd-https`, with a requirer of two units. */
export interface Tried {
  /** The deployment. */
  readonly deployment: Deployment;
  /** Name of the requirer's application. */
  readonly name: string;
  /** The requirer. */
  readonly requirer: HttpsRequirer;
  /** Returns the owners of our entries in the trust store, by the names of certificates. */
  readonly entries: () => Promise<Readonly<Record<string, string>>>;
  /** Returns the projects of a certificate's entry; "all" if it is not restricted. */
  readonly access: (certificate: TestCertificate) => Promise<readonly string[] | "all" | undefined>;
}

/** Behaves as a charm does, and checks what this charm does about it. */
export type Check = (tried: Tried) => Promise<void>;

/** Reads all databags of the provider. */
export function see({ requirer: { relation, told } }: Tried): Seen {
  const units = Object.fromEntries(unitsOf(relation).map((unit) => [unit, told(unit)]));
  return { application: withoutNetworkKeys(relation.readApp(APPLICATION)), units };
}

/** Writes as a requirer does: its units first, then its leader. */
export async function speak(
  peer: string,
  { name, requirer: { relation }, deployment }: Tried,
  certificate: string,
): Promise<void> {
  const { unit, application } = requirerOf(peer);
  for (const number of [0, 1]) relation.write(`${name}/${number}`, unit(certificate));
  await deployment.settle();
  relation.writeApp(name, application(certificate));
  await deployment.settle();
}

function unitsOf(relation: HttpsRequirer["relation"]): readonly string[] {
  return relation.units().filter((unit) => unit.startsWith(`${APPLICATION}/`));
}

/** Returns a requirer by its name. */
export function requirerOf(peer: string): Requirer {
  const requirer = REQUIRERS[peer];
  assert.ok(requirer, peer);
  return requirer;
}

/** Connects as a requirer does, in the hook about each unit of the provider. */
export async function enter(
  peer: string,
  tried: Tried,
  client: TestCertificate,
): Promise<Connection> {
  const connections = unitsOf(tried.requirer.relation).map((unit) =>
    requirerOf(peer).connect(see(tried), unit)
  );
  for (const connection of connections) {
    assert.ok(connection, `${peer} waits`);
    const { address, server } = connection;
    const { serverCertificate } = tried.deployment.lxd;
    const presented = await presentedFingerprint(`https://${address}`);
    assert.equal(server.startsWith("-----") ? fingerprintOf(server) : server, presented);
    assert.equal(await authOf(`https://${address}`, client, serverCertificate), "trusted");
  }
  assert.ok(connections[0]);
  return connections[0];
}
