import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { failed } from "../harness/actions.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment, freeName } from "../harness/deployment.ts";

const ABSENT = "blocked: Set credentials-secret to a secret that exists; run check";
const ACTIVE = `active: LXD ${VERSION}: 1 node, 1 certificate`;

const VERSIONS = [
  {
    jujuVersion: "3.6.28",
    denied: () => "permission denied",
    missing: (uri: string) => `secret "${uri.slice("secret:".length)}" not found`,
  },
  {
    jujuVersion: "4.0.15",
    denied: (unit: string) => `"${unit}" is not allowed to read this secret`,
    missing: () => "getting latest secret revision: secret not found",
  },
] as const;

/** Checks the status for a secret that does not exist. */
async function checkAbsent(
  deployment: Deployment,
  missing: (uri: string) => string,
): Promise<void> {
  const absent = "secret:d3kqsnnmp25c7f5ng6t0";
  deployment.model.configure(APPLICATION, { "credentials-secret": absent });
  await deployment.settle();
  assert.equal(deployment.status(), ABSENT);
  assert.equal(
    await failed(deployment, "get-connection-info"),
    `Cannot find credentials-secret ${absent}: set one that exists, and grant it with: ` +
      `juju grant-secret <its uri> ${APPLICATION} (Juju says: ${missing(absent)})`,
  );
}

/** Checks that the status does not repeat any other refusal of Juju, an action does in one safe line, and no hook fails. */
async function checkOtherRefusal(deployment: Deployment, grant: string): Promise<void> {
  const { model } = deployment;
  const stderr = `ERROR no\nway\x1b[2J ${"x".repeat(300)}\n`;
  const refusal = { tool: "secret-get", unit: UNIT, stderr };
  model.faults.failTool(refusal);
  await deployment.updateStatus();
  assert.equal(deployment.status(), `blocked: ${grant}`);
  model.faults.failTool(refusal);
  const words = String.raw`no way\u001b[2J ` + `${"x".repeat(181)}...`;
  assert.equal(
    await failed(deployment, "get-connection-info"),
    `Cannot read credentials-secret: grant it with: ${grant} (Juju says: ${words})`,
  );
}

/** Checks that the status names each missing or wrong field, and an action the command that repairs it. */
async function checkContents(
  deployment: Deployment,
  uri: string,
  content: Awaited<ReturnType<typeof contentFor>>,
): Promise<void> {
  const { model } = deployment;
  const mend = `juju update-secret ${uri} endpoint=https://... client-cert#file=... ` +
    `client-key#file=... server-cert#file=... && juju grant-secret ${uri} ${APPLICATION}`;
  for (const field of Object.keys(content)) {
    model.updateSecret(uri, { ...content, [field]: "" });
    await deployment.updateStatus();
    const missing = `blocked: Add ${field} to the secret`;
    const statuses = [deployment.status(), deployment.status(`${APPLICATION}/1`)];
    assert.deepEqual(statuses, [missing, missing]);
    assert.equal(
      await failed(deployment, "get-connection-info"),
      `Missing ${field} in credentials-secret: ${mend}`,
    );
  }
  model.updateSecret(uri, { "client-cert": content["client-cert"], note: "x" });
  await deployment.settle();
  assert.match(deployment.status(), /^blocked: Add endpoint, client-key, server-cert to the secret$/);
  model.updateSecret(uri, { ...content, "client-key": content["client-cert"] });
  await deployment.settle();
  assert.match(
    deployment.status(),
    /^blocked: Correct client-key of credentials-secret: it must/,
  );
}

Deno.test.each(VERSIONS)(
  "secret: the status names each fault of the secret and its remedy, under Juju $jujuVersion",
  async (given) => {
    const { jujuVersion } = given;
    await using lxd = await startLxd();
    await using deployment = await deploy(lxd, { trust: false, units: 2, model: { jujuVersion } });
    const { model } = deployment;
    const requirer = deployment.requirer();
    const certificate = await createCertificate();
    requirer.offer(0, [certificate]);
    const content = await contentFor(lxd);
    const store = await lxd.trustStore();
    const uri = model.addSecret("lxd", content);
    const grant = `juju grant-secret ${uri} ${APPLICATION}`;

    await checkAbsent(deployment, given.missing);
    model.configure(APPLICATION, { "credentials-secret": uri });
    await deployment.settle();
    for (const unit of model.units(APPLICATION)) {
      assert.equal(deployment.status(unit), `blocked: ${grant}`);
    }
    assert.equal(
      await failed(deployment, "get-connection-info"),
      `Cannot read credentials-secret: grant it with: ${grant} (Juju says: ${given.denied(UNIT)})`,
    );

    await checkOtherRefusal(deployment, grant);

    model.grantSecret(uri, APPLICATION);
    await checkContents(deployment, uri, content);
    assert.deepEqual(await lxd.trustStore(), store);
    assert.deepEqual(requirer.told().nodes, []);

    // From here on Juju reports every change in a secret-changed hook.
    model.updateSecret(uri, content);
    await deployment.settle();
    assert.equal(deployment.status(), ACTIVE);
    const told = requirer.told();
    assert.deepEqual(told.trusted, [certificate.fingerprint]);

    // Entries and published data survive the removal of the secret.
    model.revokeSecret(uri, APPLICATION);
    await deployment.updateStatus();
    assert.equal(deployment.status(), `blocked: ${grant}`);
    model.removeSecret(uri);
    await deployment.updateStatus();
    assert.equal(deployment.status(), ABSENT);
    assert.deepEqual(requirer.told(), told);
    assert.deepEqual(await deployment.ours(), { [certificate.fingerprint]: "1:my-charm-0" });
  },
);

Deno.test("secret: a new revision reconciles everything, also at another LXD", async () => {
  await using lxd = await startLxd();
  await using other = await startLxd();
  await using deployment = await deploy(lxd, { trust: false, units: 2 });
  const { model } = deployment;
  const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
  const [a, b] = [await createCertificate(), await createCertificate()];
  first.offer(0, [a]);
  second.offer("application", [b]);
  const uri = model.addSecret("lxd", await contentFor(lxd));
  model.grantSecret(uri, APPLICATION);
  model.configure(APPLICATION, { "credentials-secret": uri });
  await deployment.settle();
  const wanted = { [a.fingerprint]: "1:first-0", [b.fingerprint]: "2:second" };
  assert.deepEqual(await deployment.ours(), wanted);

  // The credential rotates, and the same hook repairs drift.
  const [rotated, drifted] = [await contentFor(lxd, { key: "rsa2048" }), a.fingerprint];
  await lxd.distrust(drifted);
  const count = model.runs.length;
  model.updateSecret(uri, rotated);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), wanted);
  const hooks = model.runs.slice(count).map(({ unit, hook }) => `${unit} ${hook}`);
  assert.ok(hooks.includes(`${APPLICATION}/0 secret-changed`), hooks.join());
  assert.ok(hooks.includes(`${APPLICATION}/1 secret-changed`), hooks.join());

  // The secret names another LXD: the charm registers all entries there, and keeps the old LXD's.
  const left = await lxd.trustStore();
  await other.trust((await createCertificate()).certificate, { name: "an operator's" });
  const before = await other.trustStore();
  model.updateSecret(uri, await contentFor(other));
  await model.settle();
  assert.deepEqual(await lxd.trustStore(), left);
  const added = (await other.trustStore()).filter((entry) =>
    !before.some(({ fingerprint }) => fingerprint === entry.fingerprint)
  );
  const mark = `${APPLICATION}@${model.uuid}:`;
  assert.deepEqual(
    added.map(({ name, fingerprint }) => name.replace(`:${fingerprint.slice(0, 12)}`, "")).sort(),
    ["credential", ...Object.values(wanted).map((name) => mark + name)].sort(),
  );
  for (const unit of model.units(APPLICATION)) {
    assert.deepEqual(first.told(unit).endpoints, [other.members[0]?.endpoint], unit);
    assert.deepEqual(first.told(unit).trusted, [a.fingerprint], unit);
    assert.deepEqual(second.told(unit).trusted, [b.fingerprint], unit);
    assert.equal(second.told(unit).server, other.serverCertificate, unit);
  }
});

/** Returns the content of a secret for an LXD, which trusts the certificate from now on. */
async function contentFor(
  lxd: LxdWorld,
  options: Parameters<typeof createCertificate>[0] = {},
): Promise<Record<"endpoint" | "client-cert" | "client-key" | "server-cert", string>> {
  const credential: TestCertificate = await createCertificate(options);
  await lxd.trust(credential.certificate, { name: await freeName(lxd, "credential") });
  return {
    endpoint: lxd.members[0]?.endpoint ?? "",
    "client-cert": credential.certificate,
    "client-key": credential.traditionalKey,
    "server-cert": lxd.serverCertificate,
  };
}
