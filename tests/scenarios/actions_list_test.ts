import assert from "node:assert/strict";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { completed, failed, type Shown } from "../harness/actions.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";
import { relateHttps } from "../harness/https_requirer.ts";

Deno.test("list-certificates: each entry and each rejection has its requirer and its state", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd, { units: 2 });
  const requirer = deployment.requirer("my-charm", 2);
  const https = relateHttps(deployment.model, "https-client", 1);
  const [own, shared, foreign, past] = [
    await createCertificate({ notAfter: new Date("2041-05-06T07:08:09Z") }),
    await createCertificate(),
    await createCertificate(),
    await createCertificate({ notAfter: new Date("2020-01-02T03:04:05Z") }),
  ];
  await lxd.trust(foreign.certificate, { name: "somebody's" });
  requirer.relation.write("my-charm/0", { projects: '["web"]' });
  requirer.offer(0, [own, foreign]);
  requirer.offer(1, [shared, past]);
  https.offer(0, shared.certificate);
  await deployment.settle();
  for (const unit of [UNIT, "lxd-integrator/1"]) {
    const results = await completed(deployment, "list-certificates", { unit });
    assert.equal(results.total, "5");
    assert.equal(results.foreign, undefined);
    const row = (fingerprint: string, relation: string) =>
      rowsOf(results).find((one) => one.fingerprint === fingerprint && one.relation === relation);
    assert.deepEqual(row(own.fingerprint, "api:1"), {
      fingerprint: own.fingerprint,
      requirer: "my-charm/0",
      relation: "api:1",
      projects: "web",
      expires: "2041-05-06T07:08:09Z",
      state: "trusted",
    });
    const { requirer: one, state, projects } = row(shared.fingerprint, "api:1");
    assert.deepEqual({ one, state, projects }, {
      one: "my-charm",
      state: "trusted",
      projects: "all",
    });
    assert.equal(row(shared.fingerprint, "https:2").requirer, "https-client");
    const { code, reason, ...wide } = row(foreign.fingerprint, "api:1");
    assert.equal(code, "foreign-entry");
    assert.match(reason, /already, with access to more projects/);
    assert.deepEqual([wide.state, wide.requirer], ["rejected", "my-charm/0"]);
    const { code: why, expires } = row(past.fingerprint, "api:1");
    assert.deepEqual({ why, expires }, { why: "expired", expires: "2020-01-02T03:04:05Z" });
  }
});

Deno.test("list-certificates: it counts foreign entries, and names those without restriction", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const foreign = await createCertificate();
  await lxd.trust(foreign.certificate, { name: "wide\u202e\nnamed" });
  await lxd.trust((await createCertificate()).certificate, {
    name: "confined",
    restricted: true,
    projects: ["default"],
  });
  await lxd.trust((await createCertificate()).certificate, { name: "graphs", type: "metrics" });
  const all = await completed(deployment, "list-certificates", { params: { all: true } });
  const { "unrestricted-names": names, ...counts } = all.foreign;
  assert.deepEqual(counts, { total: "5", unrestricted: "3", restricted: "1", metrics: "1" });
  const digits = foreign.fingerprint.slice(0, 12);
  assert.ok(names.includes(String.raw`wide\u202e named (${digits})`), names);
  assert.match(names, /juju \([0-9a-f]{12}\).*someone else's/);
  assert.doesNotMatch(names, /confined|graphs/);
});

function rowsOf({ certificates }: Shown): readonly Shown[] {
  return Object.values(certificates);
}

Deno.test("list-certificates: what LXD and the relations do not agree about is told", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [lost, orphan, untold] = [
    await createCertificate(),
    await createCertificate(),
    await createCertificate(),
  ];
  requirer.offer(0, [lost]);
  await deployment.settle();
  await lxd.distrust(lost.fingerprint);
  const { prefix } = deployment;
  const nameOf = (owner: string, { fingerprint }: typeof orphan) =>
    `${prefix}${owner}:${fingerprint.slice(0, 12)}`;
  await lxd.trust(orphan.certificate, { name: nameOf("99:gone-3", orphan) });
  await lxd.trust(untold.certificate, { name: nameOf("1:my-charm-0", untold) });
  const rows = rowsOf(await completed(deployment, "list-certificates"));
  const told = Object.fromEntries(
    rows.map((
      { fingerprint, state, requirer, reason },
    ) => [fingerprint, [state, requirer, reason]]),
  );
  assert.deepEqual(told[lost.fingerprint]?.[0], "missing");
  assert.match(told[lost.fingerprint]?.[2] ?? "", /run the action reconcile$/);
  assert.deepEqual(told[orphan.fingerprint]?.slice(0, 2), ["orphan", "gone/3"]);
  assert.match(told[orphan.fingerprint]?.[2] ?? "", /purge-orphans$/);
  assert.deepEqual(told[untold.fingerprint]?.slice(0, 2), ["unpublished", "my-charm/0"]);
});

Deno.test("list-certificates: a long list ends in a number", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer("my-charm", 2);
  const garbage = (unit: number) => Array.from({ length: 60 }, (_, n) => `${unit} \u0000 ${n}`);
  requirer.offer(0, garbage(0));
  requirer.offer(1, [
    ...garbage(1),
    ...await Promise.all(Array.from({ length: 39 }, () => createCertificate())),
  ]);
  // An https requirer's certificates come after those of the first relation.
  const other = deployment.requirer("other", 1);
  other.offer(0, await Promise.all(Array.from({ length: 70 }, () => createCertificate())));
  await deployment.settle();
  const results = await completed(deployment, "list-certificates");
  const shown = Object.keys(results.certificates);
  assert.equal(shown.length, 100);
  assert.equal(Number(results.total), 100 + Number(results["not-listed"]));
  assert.ok(Number(results["not-listed"]) > 0);
});

Deno.test("get-connection-info: it tells where LXD is, and every failure has its remedy", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const [member] = lxd.members;
  assert.ok(member);
  assert.deepEqual(await completed(deployment, "get-connection-info"), {
    endpoints: member.endpoint,
    "server-fingerprint": fingerprintOf(lxd.serverCertificate),
    version: VERSION,
    clustered: "false",
  });
  const names = [
    "get-connection-info",
    "list-certificates",
    "list-nodes",
    "reconcile",
    "purge-orphans",
  ];
  const expectFailures = async (expected: RegExp) => {
    for (const name of names) assert.match(await failed(deployment, name), expected, name);
  };
  const stranger = await createCertificate();
  deployment.model.setCloud(deployment.cloud({ credential: stranger }));
  await expectFailures(/does not trust our certificate .*: add it to LXD's trust store/);
  deployment.model.setCloud(deployment.cloud({ server: stranger.certificate }));
  await expectFailures(/if it was replaced, update the credential's server certificate$/);
  deployment.model.setCloud(deployment.cloud());
  await member.stop();
  await expectFailures(/^No answer from .*: connection refused; start LXD there, or open the way/);
  await member.start();
  deployment.model.untrust(APPLICATION);
  await expectFailures(/^Missing credentials access; grant with: juju trust lxd-integrator$/);
});
