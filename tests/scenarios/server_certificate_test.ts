import assert from "node:assert/strict";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { enableClustering, replaceServerCertificate } from "../lxd/administration.ts";
import { authOf } from "../lxd/client.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import { failed } from "../harness/actions.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";

const DAY_MS = 86_400_000;

Deno.test("server certificate: after a replacement the charm is blocked until the credential is updated", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  const requirer = deployment.requirer();
  const replacements = [
    ["clustering is enabled", () => enableClustering(lxd)],
    ["rotated", async () => {
      // LXD's own certificates are the same: P-384, and with a name that is not the address.
      await replaceServerCertificate(lxd, await createCertificate({ key: "p384" }));
    }],
  ] as const;
  let certificate = await createCertificate();
  requirer.offer(0, [certificate]);
  await deployment.settle();
  for (const [what, replace] of replacements) {
    const [told, pinned] = [requirer.told(), lxd.serverCertificate];
    const { endpoint } = deployment.cloud();
    await replace();
    const presented = fingerprintOf(lxd.serverCertificate);
    assert.notEqual(presented, fingerprintOf(pinned), what);
    const store = await lxd.trustStore();
    certificate = await createCertificate();
    requirer.offer(0, [certificate]);
    await deployment.model.settle();
    const expected = `blocked: Run check: LXD presents ${presented.slice(0, 12)}, ` +
      `not ${fingerprintOf(pinned).slice(0, 12)}`;
    for (const unit of deployment.model.units(APPLICATION)) {
      assert.equal(deployment.status(unit), expected, what);
      assert.deepEqual(requirer.told(unit), told, what);
    }
    assert.deepEqual(await lxd.trustStore(), store, what);

    // Juju runs no hook for an updated credential. The next hook reads it.
    deployment.model.setCloud(deployment.cloud());
    await deployment.updateStatus();
    assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`, what);
    const { nodes, endpoints, trusted, server } = requirer.told();
    assert.deepEqual([nodes, endpoints], [["member1"], [endpoint]], what);
    assert.deepEqual(trusted, [certificate.fingerprint], what);
    assert.equal(server, lxd.serverCertificate, what);
    const auth = await authOf(endpoint ?? "", certificate, server);
    assert.equal(auth, "trusted", what);
  }
  const servers = (await lxd.trustStore()).filter(({ type }) => type === "server");
  assert.equal(servers.length, 1);
});

/** Checks that the status names the part, and an action the reason. */
async function checkPart(deployment: Deployment, part: string, reason: string): Promise<void> {
  assert.ok(deployment.status().startsWith(`blocked: Correct ${part}: `), deployment.status());
  assert.equal(
    await failed(deployment, "get-connection-info"),
    `Cannot use ${part}: ${reason}`,
  );
}

/** Checks that the charm refuses a client certificate outside its dates, from cloud or options. */
async function checkUnusable(
  deployment: Deployment,
  credential: TestCertificate,
  reason: string,
): Promise<void> {
  const { model, lxd } = deployment;
  model.setCloud(deployment.cloud({ credential }));
  await deployment.updateStatus();
  await checkPart(deployment, "client-cert of the cloud's credential", reason);
  model.configure(APPLICATION, {
    lxd_endpoint: lxd.members[0]?.endpoint ?? "",
    lxd_client_cert: credential.certificate,
    lxd_client_key: credential.key,
    lxd_server_cert: lxd.serverCertificate,
  });
  await deployment.settle();
  await checkPart(deployment, "lxd_client_cert", reason);
  model.configure(APPLICATION, {
    lxd_endpoint: null,
    lxd_client_cert: null,
    lxd_client_key: null,
    lxd_server_cert: null,
  });
}

Deno.test("server certificate: the charm is blocked if it has expired, or the client certificate has", async () => {
  const now = Date.now();
  const day = (offset: number) => new Date(now + offset).toISOString().slice(0, 10);
  const identity = await createCertificate({ notAfter: new Date(now - DAY_MS), key: "p384" });
  const expired = await createCertificate({ notAfter: new Date(now - DAY_MS) });
  const future = await createCertificate({
    notBefore: new Date(now + DAY_MS),
    notAfter: new Date(now + 2 * DAY_MS),
  });
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  const [store, told] = [await lxd.trustStore(), requirer.told()];
  lxd.clear();
  await checkUnusable(deployment, expired, `The certificate expired on ${day(-DAY_MS)}`);
  await checkUnusable(deployment, future, `The certificate is not valid before ${day(DAY_MS)}`);
  assert.deepEqual(
    lxd.requests,
    [],
    "the charm does not connect: LXD would only say that it does not trust us",
  );
  assert.deepEqual(await lxd.trustStore(), store);
  assert.deepEqual(requirer.told(), told);
  deployment.model.setCloud(deployment.cloud());
  await deployment.updateStatus();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 1 certificate");

  await using old = await startStandIn({ identity });
  const { endpoint } = old.members[0] ?? {};
  deployment.model.setCloud(
    deployment.cloud({ endpoint: endpoint ?? "", server: identity.certificate }),
  );
  await deployment.model.settle();
  deployment.model.updateStatus(APPLICATION);
  await deployment.model.settle();
  assert.equal(deployment.status(), "blocked: Run check: cannot verify LXD's certificate");
  assert.match(
    await failed(deployment, "get-connection-info"),
    new RegExp(`^Cannot verify .* ${endpoint}: The certificate expired on ${day(-DAY_MS)}$`),
  );
  assert.deepEqual(requirer.told(), told);
});
