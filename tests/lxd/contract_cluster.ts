/**
 * Behavior of LXD 5.0.2 as a cluster: cases for a real LXD and for the stand-in.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { LIMIT_MS, until, waitForMember } from "./administration.ts";
import { presentedFingerprint } from "./client.ts";
import {
  auth,
  type Case,
  CERTIFICATES,
  client,
  clients,
  post,
  refused,
  succeeded,
} from "./contract_tools.ts";

/** Cases for a cluster of three, which cases share. */
export const CLUSTER_CASES: readonly Case[] = [
  ["every member lists all of them", async (world) => {
    const { restrictedCertificate } = await clients(world);
    // On a busy machine a heartbeat may have come too late.
    for (const { name } of world.members) await waitForMember(world, name, "Online");
    for (const { name, endpoint } of world.members) {
      const ask = client(world, restrictedCertificate, { endpoint });
      const { body } = await ask("GET", "/1.0/cluster/members?recursion=1");
      deepEqual(
        body?.metadata
          .map((member: Record<string, unknown>) => [
            member["server_name"],
            member["url"],
            member["status"],
            member["message"],
          ])
          .sort(),
        world.members.map((one) => [one.name, one.endpoint, "Online", "Fully operational"]),
      );
      const cluster = await ask("GET", "/1.0/cluster");
      ok(cluster.body?.metadata.enabled);
      equal(cluster.body?.metadata.server_name, name);
      const { environment } = (await ask("GET", "/1.0")).body?.metadata ?? {};
      ok(environment.server_clustered);
      equal(environment.server_name, name);
      equal(environment.certificate_fingerprint, fingerprintOf(world.serverCertificate));
    }
  }],
  ["all members present one certificate", async (world) => {
    for (const { endpoint } of world.members) {
      equal(await presentedFingerprint(endpoint), fingerprintOf(world.serverCertificate));
    }
  }],
  ["the members' own certificates are in the trust store", async (world) => {
    const servers = (await world.trustStore()).filter(({ type }) => type === "server");
    deepEqual(servers.map(({ name }) => name).sort(), world.members.map(({ name }) => name));
    ok(servers.every(({ fingerprint }) => fingerprint !== fingerprintOf(world.serverCertificate)));
  }],
  ["a change at one member reaches all members", async (world) => {
    const { trustedCertificate } = await clients(world);
    const [first, second, third] = world.members;
    ok(first && second && third);
    const added = await createCertificate();
    const viaFirst = client(world, trustedCertificate, { endpoint: first.endpoint });
    succeeded(await viaFirst("POST", CERTIFICATES, post(added.der)));
    for (const { endpoint } of world.members) {
      equal(await auth(world, added, endpoint), "trusted");
    }
    const viaSecond = client(world, trustedCertificate, { endpoint: second.endpoint });
    refused(await viaSecond("POST", CERTIFICATES, post(added.der)), 409);
    const viaThird = client(world, trustedCertificate, { endpoint: third.endpoint });
    succeeded(await viaThird("DELETE", `${CERTIFICATES}/${added.fingerprint}`));
    for (const { endpoint } of world.members) {
      equal(await auth(world, added, endpoint), "untrusted");
    }
  }],
];

/** Cases that stop members of a cluster of three. */
export const CLUSTER_CHANGE_CASES: readonly Case[] = [
  ["a member that is down refuses connections, and the others still work", async (world) => {
    const { trustedCertificate } = await clients(world);
    const [first, , third] = world.members;
    ok(first !== undefined && third !== undefined);
    await third.kill();
    ok(!third.running);
    await rejects(auth(world, trustedCertificate, third.endpoint), { code: "ECONNREFUSED" });
    const added = await createCertificate();
    const viaFirst = client(world, trustedCertificate, { endpoint: first.endpoint });
    succeeded(await viaFirst("POST", CERTIFICATES, post(added.der)));
    await third.start();
    await until("see it trusted by the third", LIMIT_MS, async () => {
      return await auth(world, added, third.endpoint) === "trusted";
    });
  }],
];
