import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import type { CloudSpec } from "../juju/mod.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";

const NOT_TRUSTED = "blocked: Missing credentials access; grant with: juju trust lxd-integrator";

Deno.test("credentials: the charm serves with trust, and keeps everything when trust is withdrawn", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { trust: false });
  const certificate = await createCertificate();
  const requirer = deployment.requirer();
  requirer.offer(0, [certificate]);
  await deployment.settle();
  assert.equal(deployment.status(), NOT_TRUSTED);
  assert.deepEqual(await deployment.ours(), {});
  assert.deepEqual(requirer.told().nodes, []);

  // The hook that follows `juju trust` serves earlier requests at once.
  const before = deployment.model.runs.length;
  deployment.model.trust(APPLICATION);
  await deployment.model.step();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);
  await deployment.settle();
  const hooks = deployment.model.runs.slice(before).map(({ hook }) => hook);
  assert.deepEqual(hooks, ["config-changed", "config-changed"]);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  assert.deepEqual(await deployment.ours(), { [certificate.fingerprint]: "1:my-charm-0" });
  assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);

  const told = requirer.told();
  deployment.model.untrust(APPLICATION);
  await deployment.settle();
  assert.equal(deployment.status(), NOT_TRUSTED);
  assert.deepEqual(await deployment.ours(), { [certificate.fingerprint]: "1:my-charm-0" });
  assert.deepEqual(requirer.told(), told);
});

Deno.test("credentials: the four options take precedence over the cloud", async () => {
  await using lxd = await startLxd();
  const other = await createCertificate({ key: "rsa2048" });
  await lxd.trust(other.certificate, { name: "by option" });
  const options = {
    lxd_endpoint: lxd.members[0]?.endpoint ?? "",
    lxd_client_cert: other.certificate,
    lxd_client_key: other.traditionalKey,
    lxd_server_cert: lxd.serverCertificate,
  };
  await using deployment = await deploy(lxd, {
    trust: false,
    config: { ...options, lxd_client_key: "" },
  });
  assert.equal(deployment.status(), "blocked: Set lxd_client_key");
  deployment.model.configure(APPLICATION, { lxd_server_cert: null, lxd_client_cert: null });
  await deployment.settle();
  assert.equal(
    deployment.status(),
    "blocked: Set lxd_client_cert, lxd_client_key, lxd_server_cert",
  );
  deployment.model.configure(APPLICATION, options);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`);
  const requirer = deployment.requirer();
  const certificate = await createCertificate();
  requirer.offer(0, [certificate, other]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);
  assert.match(requirer.told().rejected[0]?.reason ?? "", /integrator's own/);
  // Without its options the charm has no credential again: Juju does not trust it.
  deployment.model.configure(APPLICATION, {
    lxd_endpoint: null,
    lxd_client_cert: null,
    lxd_client_key: null,
    lxd_server_cert: null,
  });
  await deployment.settle();
  assert.equal(deployment.status(), NOT_TRUSTED);
});

Deno.test("credentials: the charm normalises endpoints as Juju does", async () => {
  await using lxd = await startLxd();
  const [{ address, endpoint }] = lxd.members as readonly [typeof lxd.members[number]];
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  for (const written of [address, `${address}:8443`, `${endpoint}/`, `http://${address}`]) {
    deployment.model.setCloud(deployment.cloud({ endpoint: written }));
    await deployment.updateStatus();
    assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`, written);
    assert.deepEqual(requirer.told().endpoints, [endpoint]);
  }
});

/** Returns unusable clouds, each with its status. */
function unusableClouds(
  { credential = { "auth-type": "" }, ...cloud }: CloudSpec,
  { certificate }: TestCertificate,
): readonly (readonly [CloudSpec, RegExp])[] {
  const { attrs = {} } = credential;
  const withAttrs = (changes: Readonly<Record<string, string>>): CloudSpec => ({
    ...cloud,
    credential: { "auth-type": "certificate", attrs: { ...attrs, ...changes } },
  });
  return [
    [
      { ...cloud, type: "ec2", credential },
      /^blocked: Set trust-token: Juju has a cloud of type "ec2"$/,
    ],
    [
      { ...cloud, credential: { "auth-type": "interactive", attrs } },
      /credential of type "interactive"/,
    ],
    [cloud, /credential of type "none"/],
    [
      withAttrs({ "client-key": "" }),
      /^blocked: Set client-key of the cloud's credential$/,
    ],
    [
      withAttrs({ "client-key": "x" }),
      /^blocked: Correct client-key of the cloud's credential: it /,
    ],
    [
      withAttrs({ "server-cert": "x" }),
      /^blocked: Correct server-cert of the cloud's credential: it /,
    ],
    [withAttrs({ "client-cert": certificate }), /^blocked: Correct client-key of the cloud's credential: it /],
    [{ ...cloud, endpoint: "", credential }, /^blocked: Set endpoint of the cloud$/],
    [{ ...cloud, endpoint: "unix:///x", credential }, /^blocked: Correct endpoint of the cloud: /],
  ];
}

Deno.test("credentials: the status names an unusable part of the cloud, and nothing changes", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const certificate = await createCertificate();
  requirer.offer(0, [certificate]);
  await deployment.settle();
  const [store, told] = [await lxd.trustStore(), requirer.told()];
  for (const [spec, expected] of unusableClouds(deployment.cloud(), certificate)) {
    deployment.model.setCloud(spec);
    await deployment.updateStatus();
    assert.match(deployment.status(), expected);
    assert.deepEqual(await lxd.trustStore(), store);
    assert.deepEqual(requirer.told(), told);
  }
});

Deno.test("credentials: the charm is blocked if untrusted, restricted, or pinned to another server", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  const stranger = await createCertificate();
  const restricted = await createCertificate();
  await lxd.trust(restricted.certificate, {
    name: "confined",
    restricted: true,
    projects: ["default"],
  });
  const server = await createCertificate();
  const told = requirer.told();
  const store = await lxd.trustStore();
  const presented = (await lxd.admin("GET", "/1.0")).body?.metadata.environment
    .certificate_fingerprint;
  const expectations = [
    [
      { credential: stranger },
      `blocked: Add our certificate ${stranger.fingerprint.slice(0, 12)} to LXD's trust store`,
    ],
    [
      { credential: restricted },
      `blocked: Lift the restriction of our certificate ${restricted.fingerprint.slice(0, 12)} in LXD`,
    ],
    [
      { server: server.certificate },
      `blocked: Run check: LXD presents ${presented?.slice(0, 12)}, ` +
      `not ${server.fingerprint.slice(0, 12)}`,
    ],
  ] as const;
  for (const [changes, expected] of expectations) {
    deployment.model.setCloud(deployment.cloud(changes));
    await deployment.updateStatus();
    assert.equal(deployment.status(), expected);
    assert.deepEqual(await lxd.trustStore(), store);
    assert.deepEqual(requirer.told(), told);
  }
  deployment.model.setCloud(deployment.cloud());
  await deployment.updateStatus();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
});

Deno.test("credentials: the next hook uses a rotated credential", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  await deployment.settle();
  const rotated = await createCertificate({ key: "p384" });
  await lxd.trust(rotated.certificate, { name: "juju, rotated" });
  await lxd.distrust(deployment.credential.fingerprint);
  deployment.model.setCloud(deployment.cloud({ credential: rotated }));
  const certificate = await createCertificate();
  // A requirer may register the former credential, but not the credential that the charm uses now.
  requirer.offer(0, [certificate, rotated, deployment.credential]);
  await deployment.settle();
  assert.equal(deployment.model.status(UNIT).status, "active");
  assert.deepEqual(
    requirer.told().trusted,
    [certificate.fingerprint, deployment.credential.fingerprint].sort(),
  );
  assert.deepEqual(requirer.told().rejected.map(({ fingerprint }) => fingerprint), [
    rotated.fingerprint,
  ]);
});
