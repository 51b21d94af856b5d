import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { succeed, until, waitForMember } from "../lxd/administration.ts";
import { authOf } from "../lxd/client.ts";
import { type RealLxd, startCluster, startLxd } from "../lxd/real.ts";
import { APPLICATION } from "../harness/charm.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";

const LIMIT_MS = 60_000;

/** Makes a member listen for clients at another address than for members. */
async function listenAt(lxd: RealLxd, index: number, address: string): Promise<void> {
  const [daemon, member] = [lxd.daemons[index], lxd.members[index]];
  assert.ok(daemon && member);
  await succeed(daemon.api, ["PATCH", "/1.0", { config: { "core.https_address": address } }]);
  // The member listens for members alone only after a restart.
  await member.stop();
  await member.start();
  await isAnswering(lxd, member.name);
}

/** Waits until another member reaches a member. */
async function isAnswering(lxd: RealLxd, name: string): Promise<void> {
  await until(`reach ${name}`, LIMIT_MS, async () => {
    const { daemons: [first, second] } = lxd;
    const other = name === "member1" ? second : first;
    return (await other?.api("GET", `/1.0?target=${name}`))?.status === 200;
  });
}

/** Checks that the credential's address is published unchanged, wherever its member listens. */
async function checkOwnAddress(
  deployment: Deployment,
  requirer: Requirer,
  told: readonly string[],
): Promise<void> {
  const [first, second] = deployment.lxd.members;
  await deployment.updateStatus();
  assert.deepEqual(requirer.told().endpoints, told);
  const own = `https://${first?.address}:9445`;
  deployment.model.setCloud(deployment.cloud({ endpoint: own }));
  await deployment.updateStatus();
  assert.deepEqual(requirer.told().endpoints, [own, ...told.slice(1)]);
  assert.deepEqual(requirer.told().nodes, ["member1", "member2", "member3"]);
  deployment.model.setCloud(deployment.cloud({ endpoint: `https://${second?.address}:9443` }));
  await deployment.updateStatus();
  assert.deepEqual(requirer.told().endpoints, told);
}

Deno.test("addresses: the charm publishes where each member of a cluster listens for clients", async () => {
  await using lxd = await startCluster();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const certificate = await createCertificate();
  requirer.offer(0, [certificate]);
  const https = relateHttps(deployment.model);
  const client = await createCertificate();
  https.offer(0, client.certificate);
  await deployment.settle();
  const [first, second, third] = lxd.members;
  assert.ok(first && second && third);
  const clusterwide = lxd.members.map(({ endpoint }) => endpoint);
  assert.deepEqual(requirer.told().endpoints, clusterwide);

  // The second member listens at its own address, the third at a wildcard that no client can use.
  await listenAt(lxd, 1, `${second.address}:9443`);
  await listenAt(lxd, 2, ":9444");
  await deployment.updateStatus();
  const told = [first.endpoint, `https://${second.address}:9443`, third.endpoint];
  assert.deepEqual(requirer.told().endpoints, told);
  for (const endpoint of told) {
    const { server = "" } = requirer.told();
    const { certificate: pem, key } = certificate;
    assert.equal(await authOf(endpoint, { certificate: pem, key }, server), "trusted", endpoint);
  }

  assert.equal(https.told()["addresses"], told.map((one) => new URL(one).host).join(","));

  await listenAt(lxd, 0, ":9445");
  await checkOwnAddress(deployment, requirer, told);

  // A member that does not answer does not delay the others.
  await third.pause();
  await deployment.updateStatus();
  assert.match(deployment.status(), /^active: LXD 5\.0\.2: [23] nodes, 2 certificates$/);
  assert.deepEqual(requirer.told().endpoints.slice(0, 2), told.slice(0, 2));
  await third.resume();
  await waitForMember(lxd, "member3", "Online");
  await isAnswering(lxd, "member3");
  await deployment.updateStatus();
  assert.deepEqual(requirer.told().endpoints, told);
});

Deno.test("addresses: the charm never publishes a wildcard", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  await deployment.settle();
  const told = requirer.told();
  for (const endpoint of ["0.0.0.0", "https://[::]:8443", ":8443", "https://0.0.0.0:8443/"]) {
    deployment.model.setCloud(deployment.cloud({ endpoint }));
    await deployment.updateStatus();
    assert.match(
      deployment.status(),
      /^blocked: Correct endpoint of the cloud: it stands for /,
    );
    assert.deepEqual(requirer.told(), told);
    deployment.model.configure(APPLICATION, {
      lxd_endpoint: endpoint,
      lxd_client_cert: deployment.credential.certificate,
      lxd_client_key: deployment.credential.key,
      lxd_server_cert: lxd.serverCertificate,
    });
    await deployment.settle();
    assert.match(
      deployment.status(),
      /^blocked: Correct lxd_endpoint: it stands for every address/,
    );
    deployment.model.configure(APPLICATION, {
      lxd_endpoint: null,
      lxd_client_cert: null,
      lxd_client_key: null,
      lxd_server_cert: null,
    });
  }
  deployment.model.setCloud(deployment.cloud());
  await deployment.updateStatus();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 0 certificates");
  assert.deepEqual(requirer.told(), told);
});
