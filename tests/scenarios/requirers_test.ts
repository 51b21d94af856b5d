import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createCertificate } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { withoutNetworkKeys } from "../harness/databag.ts";
import { deploy } from "../harness/deployment.ts";

Deno.test("requirers: one certificate comes and goes", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const before = await lxd.trustStore();
  const requirer = deployment.requirer();
  await deployment.settle();
  assert.deepEqual(requirer.told(), {
    nodes: [requirer.told().nodes[0]],
    endpoints: [lxd.members[0]?.endpoint],
    trusted: [],
    registered: [],
    rejected: [],
    certificates: [],
    server: lxd.serverCertificate,
  });
  const certificate = await createCertificate();
  requirer.offer(0, [certificate]);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  assert.deepEqual(await deployment.ours(), { [certificate.fingerprint]: "1:my-charm-0" });
  assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);
  assert.deepEqual(requirer.told().registered, [certificate.certificate]);
  requirer.offer(0, []);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`);
  assert.deepEqual(await lxd.trustStore(), before);
  assert.deepEqual(requirer.told().trusted, []);
});

Deno.test("requirers: several units, applications and certificates, in both databags", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const before = await lxd.trustStore();
  const [a, b, c, d, e] = await Promise.all(Array.from({ length: 5 }, () => createCertificate()));
  assert.ok(a && b && c && d && e);
  const first = deployment.requirer("first", 2);
  const second = deployment.requirer("second", 1);
  first.offer(0, [a, b]);
  first.offer(1, [c]);
  first.offer("application", [d]);
  second.offer("application", [e]);
  await deployment.settle();
  const expected = {
    [a.fingerprint]: "1:first-0",
    [b.fingerprint]: "1:first-0",
    [c.fingerprint]: "1:first-1",
    [d.fingerprint]: "1:first",
    [e.fingerprint]: "2:second",
  };
  assert.deepEqual(await deployment.ours(), expected);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 5 certificates`);
  const ofFirst = [a, b, c, d].map(({ fingerprint }) => fingerprint).sort();
  assert.deepEqual(first.told().trusted, ofFirst);
  assert.deepEqual(second.told().trusted, [e.fingerprint]);

  // A removed unit loses its own certificates, and no others.
  deployment.model.removeUnit("first/0");
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), {
    [c.fingerprint]: "1:first-1",
    [d.fingerprint]: "1:first",
    [e.fingerprint]: "2:second",
  });
  assert.deepEqual(first.told().trusted, [c, d].map(({ fingerprint }) => fingerprint).sort());

  // A removed relation loses all its certificates, also those of its application's databag.
  deployment.model.removeRelation(first.relation);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [e.fingerprint]: "2:second" });
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);

  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(await lxd.trustStore(), before);
});

Deno.test("requirers: a removed charm leaves nothing, though certificates are wanted", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const before = await lxd.trustStore();
  const [a, b] = [await createCertificate(), await createCertificate()];
  deployment.requirer("first", 1).offer(0, [a, b]);
  deployment.requirer("second", 1).offer(0, [b]);
  await deployment.settle();
  assert.equal(Object.keys(await deployment.ours()).length, 2);
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(await lxd.trustStore(), before);
});

Deno.test("requirers: two relations want the same certificate", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const shared = await createCertificate();
  const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
  first.offer(0, [shared]);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "1:first-0" });
  second.offer(0, [shared]);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "shared" });
  for (const { told } of [first, second]) assert.deepEqual(told().trusted, [shared.fingerprint]);

  // The last owner's name returns to the entry, so that one hook can revoke it later.
  first.offer(0, []);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "2:second-0" });
  assert.deepEqual(first.told().trusted, []);
  assert.deepEqual(second.told().trusted, [shared.fingerprint]);

  first.offer(0, [shared]);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "shared" });
  deployment.model.removeRelation(second.relation);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "1:first-0" });
  assert.deepEqual(first.told().trusted, [shared.fingerprint]);
  first.offer(0, "");
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), {});
});

Deno.test("requirers: two units and their application want the same certificate", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const shared = await createCertificate();
  const requirer = deployment.requirer("my-charm", 2);
  requirer.offer(0, [shared]);
  requirer.offer(1, [shared]);
  requirer.offer("application", [shared]);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "shared" });
  requirer.offer(0, []);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "shared" });
  assert.deepEqual(requirer.told().trusted, [shared.fingerprint]);
  deployment.model.removeUnit("my-charm/1");
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, [shared.fingerprint]);
  await deployment.updateStatus();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "1:my-charm" });
  requirer.offer("application", []);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), {});
  assert.deepEqual(requirer.told().trusted, []);
});

Deno.test("requirers: the charm answers in the application's databag while the application asks", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  const [asking, other] = [deployment.requirer("asking"), deployment.requirer("other")];
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => createCertificate()));
  assert.ok(a && b && c);
  const answers = () => [asking, other].map(({ relation }) => relation.readApp(APPLICATION));
  const unitOf = ({ relation }: typeof asking) => withoutNetworkKeys(relation.read(UNIT));
  asking.offer("application", [a]);
  asking.offer(0, [b]);
  other.offer(0, [c]);
  await deployment.settle();
  assert.deepEqual(answers(), [unitOf(asking), {}]);
  // An answer to an application includes the certificates of its units.
  asking.offer(0, [c]);
  await deployment.settle();
  assert.deepEqual(asking.told().trusted, [a, c].map(({ fingerprint }) => fingerprint).sort());
  assert.deepEqual(answers(), [unitOf(asking), {}]);
  for (const text of ["no certificate", "[1]", '"', "{}"]) {
    asking.offer("application", text);
    await deployment.settle();
    assert.equal(asking.told().rejected.length, 1, text);
    assert.deepEqual(answers(), [unitOf(asking), {}], text);
  }
  // A new leader empties the databag that a former leader wrote.
  deployment.model.setLeader(`${APPLICATION}/1`);
  await deployment.settle();
  for (const nothing of ["[]", "", " ", "null", '[""]']) {
    asking.offer("application", [a]);
    await deployment.settle();
    assert.deepEqual(answers(), [unitOf(asking), {}]);
    asking.relation.writeApp("asking", { client_certificates: nothing });
    await deployment.settle();
    assert.deepEqual(answers(), [{}, {}], nothing);
    assert.deepEqual(asking.told().trusted, [c.fingerprint]);
  }
});

Deno.test("requirers: a foreign entry is published, and never changed", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const [foreign, metrics] = [await createCertificate(), await createCertificate()];
  await lxd.trust(foreign.certificate, { name: "an operator's" });
  await lxd.trust(metrics.certificate, { name: "a scraper's", type: "metrics" });
  const before = await lxd.trustStore();
  const requirer = deployment.requirer("my-charm", 2);
  requirer.offer(0, [foreign, metrics]);
  requirer.offer(1, [foreign]);
  await deployment.settle();
  assert.deepEqual(await lxd.trustStore(), before);
  assert.deepEqual(requirer.told().trusted, [foreign.fingerprint]);
  assert.deepEqual(requirer.told().rejected, [{
    unit: "my-charm/0",
    fingerprint: metrics.fingerprint,
    code: "foreign-entry",
    reason: `The certificate is in LXD's trust store already, with the type "metrics"`,
  }]);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates, 1 rejected`);
  requirer.offer(0, []);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, [foreign.fingerprint]);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`);
  requirer.offer(1, []);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, []);
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(await lxd.trustStore(), before.filter(({ name }) => name !== ""));
});

Deno.test("requirers: update-status repairs drift and revokes orphans", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => createCertificate()));
  assert.ok(a && b && c);
  const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
  first.offer(0, [a, b]);
  second.offer(0, [c]);
  await deployment.settle();
  await lxd.distrust(a.fingerprint);
  await lxd.amend(b.fingerprint, { restricted: true, projects: ["default"] });
  deployment.model.removeRelation(second.relation, { force: true });
  await deployment.updateStatus();
  assert.deepEqual(await deployment.ours(), {
    [a.fingerprint]: "1:first-0",
    [b.fingerprint]: "1:first-0",
  });
  assert.ok((await lxd.trustStore()).every(({ restricted }) => !restricted));
  assert.deepEqual(first.told().trusted, [a.fingerprint, b.fingerprint].sort());
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates`);
});

Deno.test("requirers: rotation leaves no gap", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const generations = await Promise.all([1, 2, 3, 4].map(() => createCertificate()));
  requirer.offer(0, generations.slice(0, 1));
  await deployment.settle();
  const seen: number[] = [];
  const polling = new AbortController();
  const poll = async () => {
    for (; !polling.signal.aborted; await delay(1)) {
      seen.push(Object.keys(await deployment.ours()).length);
    }
  };
  const polled = poll();
  for (const generation of generations.slice(1)) {
    requirer.offer(0, [generation]);
    await deployment.settle();
    assert.deepEqual(await deployment.ours(), { [generation.fingerprint]: "1:my-charm-0" });
    assert.deepEqual(requirer.told().trusted, [generation.fingerprint]);
    assert.deepEqual(requirer.told().registered, [generation.certificate]);
  }
  polling.abort();
  await polled;
  assert.ok(seen.length > generations.length, "the trust store was polled while it changed");
  assert.deepEqual(seen.filter((count) => count < 1 || count > 2), []);
});

Deno.test("requirers: a hook that changes nothing writes nothing", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer("my-charm", 2);
  const good = await createCertificate();
  const expired = await createCertificate({ notAfter: new Date(Date.now() - 1000) });
  requirer.offer(0, [good, expired, "garbage"]);
  await deployment.settle();
  const count = deployment.model.runs.length;
  requirer.relation.write("my-charm/1", { note: "nothing to do with us" });
  deployment.model.configure(APPLICATION, { lxd_endpoint: "" });
  await deployment.updateStatus();
  const quiet = deployment.model.runs.slice(count).filter(({ outcome }) => outcome === "done");
  assert.deepEqual(quiet.map(({ hook }) => hook).sort(), [
    "api-relation-changed",
    "config-changed",
    "config-changed",
    "update-status",
  ]);
  for (const { tools, stdout, hook } of quiet) {
    const writing = tools.filter(({ tool }) => /-set$|^juju-log$/.test(tool));
    assert.deepEqual(writing, [], hook);
    assert.equal(stdout, "", hook);
  }
});

for (const relations of [1, 40]) {
  Deno.test(`requirers: a new certificate takes at most 9 hook tools with ${relations} relations`, async () => {
    await using lxd = await startLxd();
    await using deployment = await deploy(lxd);
    const requirers = Array.from(
      { length: relations },
      (_, index) => deployment.requirer(`charm-${String.fromCharCode(97 + index % 26)}${index}x`),
    );
    const [first] = requirers;
    assert.ok(first);
    requirers.at(-1)?.offer(0, [await createCertificate()]);
    first.offer(0, [await createCertificate()]);
    await deployment.settle();
    const rotated = await createCertificate();
    first.offer(0, [rotated]);
    await deployment.settle();
    const run = deployment.model.runs.at(-1);
    assert.equal(run?.hook, "api-relation-changed");
    assert.deepEqual(first.told().trusted, [rotated.fingerprint]);
    const tools = run?.tools.map(({ tool }) => tool) ?? [];
    assert.ok(tools.length <= 9, tools.join(" "));
  });
}
