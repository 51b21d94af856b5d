import assert from "node:assert/strict";
import {
  createCertificate,
  expiryOf,
  fingerprintOf,
  type TestCertificate,
} from "../certificates.ts";
import { waitForMember } from "../lxd/administration.ts";
import { watch } from "../lxd/watch.ts";
import { startCluster, startLxd, VERSION } from "../lxd/servers.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { type HttpsRequirer, relateHttps } from "../harness/https_requirer.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";

/** The state of a certificate that may use all of LXD. */
function trusted({ fingerprint, certificate }: TestCertificate) {
  return { fingerprint, state: "trusted", projects: null, expires_at: expiryOf(certificate) };
}

/** Settles. Then the application's databag must equal the unit's over a cluster, else be empty. */
async function settle(
  deployment: Deployment,
  ...requirers: readonly HttpsRequirer[]
): Promise<void> {
  await deployment.settle();
  for (const { relation, told } of requirers) {
    if (!relation.exists()) continue;
    const expected = deployment.lxd.members.length > 1 ? told() : {};
    assert.deepEqual(relation.readApp(APPLICATION), expected);
  }
}

Deno.test("lxd-https: the data is published exactly while the certificate is trusted", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { trust: false });
  const before = await lxd.trustStore();
  const requirer = relateHttps(deployment.model);
  const [first, second] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, first.certificate);
  await settle(deployment, requirer);
  // The version would say that LXD lets the certificate in.
  const { provider_error: error = "{}", ...rest } = requirer.told();
  assert.deepEqual([JSON.parse(error).code, rest], ["credential-missing", {}]);

  deployment.model.trust(APPLICATION);
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [first.fingerprint]: "1:https-client-0" });
  const address = lxd.members[0]?.endpoint.slice("https://".length) ?? "";
  assert.deepEqual(requirer.told(), {
    version: "1.0",
    certificate: lxd.serverCertificate,
    certificate_fingerprint: fingerprintOf(lxd.serverCertificate),
    addresses: address,
    registered_certificates: JSON.stringify([first.certificate]),
    certificates: JSON.stringify([trusted(first)]),
  });
  assert.deepEqual(await requirer.answers(first), { [address]: "trusted" });
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);

  // charm-lxd never replaces a certificate.
  requirer.offer(0, second.certificate);
  const fingerprints = { old: first.fingerprint, new: second.fingerprint };
  const { sequence } = await watch(lxd, fingerprints, () => settle(deployment, requirer));
  assert.deepEqual(sequence.filter((seen) => seen.length === 0), [], "rotation leaves no gap");
  assert.deepEqual(await deployment.ours(), { [second.fingerprint]: "1:https-client-0" });
  assert.deepEqual(await requirer.answers(second), { [address]: "trusted" });
  assert.deepEqual(await requirer.answers(first), { [address]: "untrusted" });

  requirer.offer(0, "");
  await settle(deployment, requirer);
  assert.deepEqual([requirer.told(), await deployment.ours()], [{}, {}]);

  requirer.offer(0, first.certificate);
  await settle(deployment, requirer);
  deployment.model.removeRelation(requirer.relation);
  await settle(deployment, requirer);
  assert.deepEqual(await lxd.trustStore(), before);
});

Deno.test("lxd-https: an application's databag replaces the databags of its units", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = relateHttps(deployment.model, "https-client", 2);
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => createCertificate()));
  assert.ok(a && b && c);
  requirer.offer(0, a.certificate);
  requirer.offer(1, b.certificate);
  await settle(deployment, requirer);
  const ofUnits = {
    [a.fingerprint]: "1:https-client-0",
    [b.fingerprint]: "1:https-client-1",
  };
  assert.deepEqual(await deployment.ours(), ofUnits);

  requirer.offer("application", c.certificate);
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [c.fingerprint]: "1:https-client" });
  requirer.offer(0, b.certificate);
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [c.fingerprint]: "1:https-client" });
  await deployment.updateStatus();
  assert.deepEqual(await deployment.ours(), { [c.fingerprint]: "1:https-client" });
  assert.equal(requirer.told()["registered_certificates"], JSON.stringify([c.certificate]));

  requirer.offer("application", c.certificate, { version: undefined });
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [b.fingerprint]: "shared" });
  requirer.offer(0, a.certificate);
  await settle(deployment, requirer);
  // Only a hook with nothing queued after it finds the last owner of a shared certificate.
  await deployment.updateStatus();
  assert.deepEqual(await deployment.ours(), ofUnits);

  deployment.model.removeUnit("https-client/0");
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [b.fingerprint]: "1:https-client-1" });
  deployment.model.removeApplication(APPLICATION);
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), {});
});

Deno.test("lxd-https: each key falls back from the application's databag to the units' databags", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  for (const project of ["web", "db"]) await lxd.createProject(project);
  const requirer = relateHttps(deployment.model, "https-client", 2);
  const { relation } = requirer;
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => createCertificate()));
  assert.ok(a && b && c);
  const ofUnits = {
    [a.fingerprint]: "1:https-client-0",
    [b.fingerprint]: "1:https-client-1",
  };
  const access = async () => {
    const entries = (await lxd.trustStore()).filter(({ fingerprint }) => fingerprint in ofUnits);
    return entries.map(({ restricted, projects }) => restricted ? projects.join() : "all");
  };
  // An application's databag without a certificate hides no certificate of a unit.
  relation.writeApp("https-client", { version: "1.0" });
  requirer.offer(0, a.certificate);
  requirer.offer(1, b.certificate, { version: undefined });
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), ofUnits);
  assert.deepEqual(await requirer.answers(b), await requirer.answers(a));
  requirer.offer(1, b.certificate, { projects: "db" });
  await settle(deployment, requirer);
  assert.deepEqual((await access()).sort(), ["all", "db"]);
  relation.writeApp("https-client", { projects: "web" });
  await settle(deployment, requirer);
  assert.deepEqual([await deployment.ours(), await access()], [ofUnits, ["web", "web"]]);
  relation.writeApp("https-client", { projects: undefined });
  await settle(deployment, requirer);
  assert.deepEqual((await access()).sort(), ["all", "db"]);

  // An application's certificate takes missing keys from the units' databags.
  requirer.offer(0, "");
  requirer.offer(1, "");
  requirer.offer("application", c.certificate, { version: undefined });
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [c.fingerprint]: "1:https-client" });
  await deployment.updateStatus();
  assert.deepEqual(await deployment.ours(), { [c.fingerprint]: "1:https-client" });
  const entry = (await lxd.trustStore()).find(({ fingerprint }) => fingerprint === c.fingerprint);
  assert.deepEqual([entry?.restricted, entry?.projects], [true, ["db"]]);
});

Deno.test("lxd-https: bad data is rejected with a reason, and data without a version is ignored", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = relateHttps(deployment.model, "https-client", 2);
  const certificate = await createCertificate();
  requirer.offer(0, certificate.certificate, { version: undefined });
  requirer.offer(1, "garbage");
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), {});
  const reason = "The text holds no PEM certificate";
  const code = "not-certificate";
  const rejected = [{ unit: "https-client/1", fingerprint: null, code, reason }];
  assert.deepEqual(requirer.told(), { rejected_certificates: JSON.stringify(rejected) });
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates, 1 rejected`);

  requirer.offer(0, certificate.certificate);
  requirer.offer(1, "");
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [certificate.fingerprint]: "1:https-client-0" });
  assert.equal(requirer.told()["rejected_certificates"], undefined);
  assert.equal(requirer.told()["version"], "1.0");
});

Deno.test("lxd-https: the charm sets, changes and bounds projects", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  for (const project of ["web", "db"]) await lxd.createProject(project);
  const requirer = relateHttps(deployment.model);
  const { certificate, fingerprint } = await createCertificate();
  const access = async () => {
    const entry = (await lxd.trustStore()).find((entry) => entry.fingerprint === fingerprint);
    return entry && [entry.restricted, entry.projects];
  };
  requirer.offer(0, certificate);
  await settle(deployment, requirer);
  assert.deepEqual([await access(), requirer.told()["projects"]], [[false, []], undefined]);
  requirer.offer(0, certificate, { projects: "web" });
  await settle(deployment, requirer);
  assert.deepEqual([await access(), requirer.told()["projects"]], [[true, ["web"]], "web"]);
  // charm-lxd never changes the projects of a relation.
  requirer.offer(0, certificate, { projects: "db" });
  await settle(deployment, requirer);
  assert.deepEqual(await access(), [true, ["db"]]);
  deployment.model.configure(APPLICATION, { projects: "web" });
  await settle(deployment, requirer);
  assert.deepEqual(await access(), undefined);
  assert.equal(requirer.told()["version"], undefined);
  assert.equal(requirer.told()["projects"], undefined);
  const [state] = JSON.parse(requirer.told()["certificates"] ?? "[]");
  assert.deepEqual([state.state, state.code], ["rejected", "project-not-allowed"]);
  assert.match(
    requirer.told()["rejected_certificates"] ?? "",
    /allows the projects web, not \\"db/,
  );
  requirer.offer(0, certificate, { projects: undefined });
  await settle(deployment, requirer);
  assert.deepEqual(await access(), [true, ["web"]]);
});

Deno.test("lxd-https: the same certificate at both endpoints is one entry until both have dropped it", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const certificate = await createCertificate();
  const other = deployment.requirer();
  const requirer = relateHttps(deployment.model);
  other.offer(0, [certificate]);
  requirer.offer(0, certificate.certificate);
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [certificate.fingerprint]: "shared" });
  assert.deepEqual(other.told().trusted, [certificate.fingerprint]);
  assert.equal(requirer.told()["version"], "1.0");
  other.offer(0, []);
  await settle(deployment, requirer);
  assert.deepEqual(await deployment.ours(), { [certificate.fingerprint]: "2:https-client-0" });
  assert.deepEqual(other.told().trusted, []);
  deployment.model.removeRelation(requirer.relation);
  await settle(deployment);
  assert.deepEqual(await deployment.ours(), {});
});

Deno.test("lxd-https: every unit publishes a cluster's active members, also after the first member died", async () => {
  await using lxd = await startCluster();
  await using deployment = await deploy(lxd);
  const second = deployment.model.addUnit(APPLICATION);
  const requirer = relateHttps(deployment.model);
  const [certificate, next] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, certificate.certificate);
  await settle(deployment, requirer);
  const addresses = lxd.members.map(({ address }) => `${address}:8443`);
  assert.equal(requirer.told()["addresses"], addresses.join(","));
  assert.deepEqual(requirer.told(second), requirer.told(UNIT));
  const everywhere = Object.fromEntries(addresses.map((address) => [address, "trusted"]));
  assert.deepEqual(await requirer.answers(certificate), everywhere);

  await lxd.members[0]?.kill();
  requirer.offer(0, next.certificate);
  await settle(deployment, requirer);
  // Until the cluster notices the loss, units may disagree about the member.
  await waitForMember(lxd, lxd.members[0]?.name ?? "", "Offline");
  // A cluster that has lost its leader may miss heartbeats of the others for a moment.
  for (const { name } of lxd.members.slice(1)) await waitForMember(lxd, name, "Online");
  await deployment.updateStatus();
  assert.equal(requirer.told()["addresses"], addresses.slice(1).join(","));
  assert.deepEqual(await deployment.ours(), { [next.fingerprint]: "1:https-client-0" });
  assert.deepEqual(requirer.told(second), requirer.told(UNIT));
  assert.equal(requirer.told()["registered_certificates"], JSON.stringify([next.certificate]));
});
