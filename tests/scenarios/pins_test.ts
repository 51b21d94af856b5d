import assert from "node:assert/strict";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { startCluster, startLxd, VERSION } from "../lxd/servers.ts";
import { startImpostor } from "../lxd/impostor.ts";
import { makeToken, readToken, renderToken } from "../lxd/trust_token.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";

Deno.test("pins: a fingerprint stands for the server's certificate", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model, credential } = deployment;
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  const told = requirer.told();
  const fingerprint = fingerprintOf(lxd.serverCertificate);
  // Juju's credential lacks the certificate.
  model.setCloud(deployment.cloud({ server: "" }));
  model.configure(APPLICATION, { lxd_server_cert: fingerprint.toUpperCase() });
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  assert.deepEqual(requirer.told(), told, "the presented certificate is published");
  model.untrust(APPLICATION);
  model.configure(APPLICATION, {
    lxd_endpoint: lxd.members[0]?.endpoint ?? "",
    lxd_client_cert: credential.certificate,
    lxd_client_key: credential.key,
    lxd_server_cert: fingerprint.match(/../g)?.join(":") ?? "",
  });
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  const other = "ab".repeat(32);
  model.configure(APPLICATION, { lxd_server_cert: other });
  await deployment.settle();
  const expected = `LXD presents ${fingerprint.slice(0, 12)}, not ${other.slice(0, 12)}`;
  assert.ok(deployment.status().includes(expected), deployment.status());
  assert.deepEqual(requirer.told().trusted, told.trusted);
  await lxd.members[0]?.stop();
  await deployment.updateStatus();
  assert.match(deployment.status(), /^waiting: No answer from .*: connection refused$/);
});

Deno.test("pins: a server whose certificate has another fingerprint gets nothing", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { trust: false });
  await using impostor = await startImpostor();
  const { model, credential } = deployment;
  const fingerprint = fingerprintOf(lxd.serverCertificate);
  const options = {
    lxd_endpoint: impostor.endpoint,
    lxd_client_cert: credential.certificate,
    lxd_client_key: credential.key,
    lxd_server_cert: fingerprint,
  };
  model.configure(APPLICATION, options);
  await deployment.settle();
  const presented = fingerprintOf(impostor.serverCertificate).slice(0, 12);
  const expected = `LXD presents ${presented}, not ${fingerprint.slice(0, 12)}`;
  assert.ok(deployment.status().includes(expected), deployment.status());
  // An address of LXD after it leads to LXD.
  const addresses = `${impostor.endpoint},${lxd.members[0]?.endpoint}`;
  model.configure(APPLICATION, { ...options, lxd_endpoint: addresses });
  await deployment.settle();
  assert.match(deployment.status(), /^active/);
  const token = readToken(await makeToken(lxd));
  const [address = ""] = token.addresses;
  model.configure(APPLICATION, {
    ...{ lxd_endpoint: null, lxd_client_cert: null, lxd_client_key: null, lxd_server_cert: null },
    "trust-token": renderToken({ ...token, addresses: [`${impostor.address}:8443`, address] }),
  });
  await deployment.settle();
  assert.match(deployment.status(), /^active/);
  assert.ok(impostor.handshakes > 0);
  assert.deepEqual(impostor.received, new Uint8Array());
});

Deno.test("pins: of several addresses, the first that is LXD's is used", async () => {
  await using lxd = await startCluster();
  await using deployment = await deploy(lxd, { trust: false });
  const { model, credential } = deployment;
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  const [first, second] = lxd.members;
  assert.ok(first && second);
  model.configure(APPLICATION, {
    lxd_endpoint: `127.0.0.1:1, ${second.address}, ${first.address}`,
    lxd_client_cert: credential.certificate,
    lxd_client_key: credential.key,
    lxd_server_cert: lxd.serverCertificate,
  });
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 3 nodes, 1 certificate`);
  assert.deepEqual(requirer.told().endpoints, lxd.members.map(({ endpoint }) => endpoint));
  // Without its databags the charm knows no other member.
  await second.kill();
  await deployment.updateStatus();
  assert.match(deployment.status(), /^active: /);
});
