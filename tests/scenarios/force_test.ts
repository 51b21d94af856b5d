import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { APPLICATION } from "../harness/charm.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";

/** Creates certificates. */
async function certificates(count: number): Promise<readonly TestCertificate[]> {
  return await Promise.all(Array.from({ length: count }, () => createCertificate()));
}

/** Returns the fingerprints of our entries. */
async function trusted(deployment: Deployment): Promise<readonly string[]> {
  return Object.keys(await deployment.ours()).sort();
}

function fingerprints(...of: readonly (TestCertificate | undefined)[]): readonly string[] {
  return of.map((certificate) => certificate?.fingerprint ?? "").sort();
}

/** Returns the hooks that ran since a run, each with its outcome. */
function since({ model }: Deployment, from: number): readonly string[] {
  return model.runs.slice(from).map(({ hook, outcome }) => `${hook} ${outcome}`);
}

const REMOVALS = [
  {
    what: "the relation",
    remove: ({ model }: Deployment, { relation }: Requirer) =>
      model.removeRelation(relation, { force: true }),
  },
  {
    what: "the requirer",
    remove: ({ model }: Deployment, { name }: Requirer) =>
      model.removeApplication(name, { force: true }),
  },
];

for (const { what, remove } of REMOVALS) {
  Deno.test(`force: ${what} at the endpoint api is removed, and others are served`, async () => {
    await using lxd = await startLxd();
    await using deployment = await deploy(lxd, { units: 2 });
    const [a, b, c, d, e, f] = await certificates(6);
    assert.ok(a && b && c && d && e && f);
    const [gone, stays] = [deployment.requirer("gone", 2), deployment.requirer("stays")];
    gone.offer(0, [a]);
    gone.offer(1, [b]);
    gone.offer("application", [c, d]);
    stays.offer(0, [d, e]);
    await deployment.settle();
    assert.deepEqual(await trusted(deployment), fingerprints(a, b, c, d, e));

    const from = deployment.model.runs.length;
    remove(deployment, gone);
    stays.offer(0, [d, f]);
    await deployment.settle();
    const ran = since(deployment, from);
    assert.ok(ran.includes("api-relation-departed done"), ran.join());
    assert.ok(ran.includes("api-relation-broken done"), ran.join());
    assert.deepEqual(await trusted(deployment), fingerprints(d, f));
    assert.deepEqual(stays.told().trusted, fingerprints(d, f));
    assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates`);
    await deployment.updateStatus();
    assert.deepEqual(await trusted(deployment), fingerprints(d, f));
    assert.match(Object.values(await deployment.ours()).join(), /2:stays-0.*2:stays-0/);
  });
}

Deno.test("force: relation and requirer at the endpoint https are removed, and others are served", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const [a, b, c, d, e] = await certificates(5);
  assert.ok(a && b && c && d && e);
  const stays = deployment.requirer("stays");
  const [first, second] = [
    relateHttps(deployment.model, "first", 2),
    relateHttps(deployment.model, "second"),
  ];
  stays.offer(0, [c]);
  first.offer(0, a.certificate);
  first.offer(1, c.certificate);
  second.offer("application", b.certificate);
  await deployment.settle();
  assert.deepEqual(await trusted(deployment), fingerprints(a, b, c));

  deployment.model.removeRelation(first.relation, { force: true });
  await deployment.settle();
  assert.deepEqual(await trusted(deployment), fingerprints(b, c));
  assert.deepEqual(stays.told().trusted, fingerprints(c));
  deployment.model.removeApplication("second", { force: true });
  stays.offer(0, [c, d]);
  await deployment.settle();
  assert.deepEqual(await trusted(deployment), fingerprints(c, d));
  stays.offer(0, [e]);
  await deployment.settle();
  await deployment.updateStatus();
  assert.deepEqual(await trusted(deployment), fingerprints(e));
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
});

Deno.test("force: hooks that were due before the removal succeed", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  const [a, b] = await certificates(2);
  assert.ok(a && b);
  const [gone, stays] = [deployment.requirer("gone"), deployment.requirer("stays")];
  stays.offer(0, [b]);
  await deployment.settle();
  // After -joined, -changed must follow.
  model.addUnit("gone");
  gone.offer(1, [a]);
  await model.step();
  model.removeRelation(gone.relation, { force: true });
  const from = model.runs.length;
  await deployment.settle();
  assert.deepEqual(since(deployment, from), [
    "api-relation-changed done",
    "api-relation-departed done",
    "api-relation-departed done",
    "api-relation-broken done",
  ]);
  assert.deepEqual(await trusted(deployment), fingerprints(b));
});

Deno.test("force: a relation that stays listed delays its own revocations and nothing else", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  const [a, b, c, d, e, orphan] = await certificates(6);
  assert.ok(a && b && c && d && e && orphan);
  const [gone, stays, other] = [
    deployment.requirer("gone"),
    deployment.requirer("stays"),
    deployment.requirer("other"),
  ];
  gone.offer("application", [a]);
  stays.offer(0, [b, c]);
  other.offer(0, [c]);
  await deployment.settle();

  // The relation stays listed after `juju resolved --no-retry` of a failed hook.
  model.removeRelation(gone.relation, { force: true });
  model.faults.failTool({ tool: "is-leader" });
  await assert.rejects(model.settle(), /api-relation-departed/);
  model.resolve(`${APPLICATION}/0`);
  stays.offer(0, [d]);
  await deployment.settle();
  assert.deepEqual(await trusted(deployment), fingerprints(a, c, d));
  assert.deepEqual(stays.told().trusted, fingerprints(d));

  // Hooks without a relation still serve the other relations.
  await lxd.distrust(d.fingerprint);
  await lxd.trust(orphan.certificate, { name: `${APPLICATION}@${model.uuid}:99:gone-0` });
  await deployment.updateStatus();
  assert.deepEqual(await trusted(deployment), fingerprints(a, c, d));
  model.untrust(APPLICATION);
  await deployment.settle();
  assert.match(deployment.status(), /^blocked: Missing credentials access/);
  other.offer(0, [e]);
  model.trust(APPLICATION);
  await deployment.settle();
  await deployment.updateStatus();
  assert.deepEqual(other.told().trusted, fingerprints(e));
  // The unreadable relation may still want the shared certificate.
  assert.deepEqual(await trusted(deployment), fingerprints(a, c, d, e));
  model.addUnit(APPLICATION);
  await deployment.settle();
  assert.match(deployment.status(), /^active: LXD \S+: 1 node, 4 certificates$/);

  // A restarted agent drops the relation, and the charm revokes the certificates of that relation.
  model.restartAgent(`${APPLICATION}/0`);
  await deployment.updateStatus();
  assert.deepEqual(await trusted(deployment), fingerprints(d, e));
});

Deno.test("force: a removed charm leaves nothing behind after a relation was removed by force", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const before = await lxd.trustStore();
  const [a, b] = await certificates(2);
  assert.ok(a && b);
  const [gone, stays] = [deployment.requirer("gone"), deployment.requirer("stays")];
  gone.offer(0, [a, b]);
  stays.offer(0, [b]);
  await deployment.settle();
  deployment.model.removeRelation(gone.relation, { force: true });
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(await lxd.trustStore(), before.filter(({ name }) => !name.includes("@")));
});

for (const tool of ["relation-get", "relation-set", "relation-list"]) {
  Deno.test(`force: ${tool} fails at any one call, and no hook fails`, async () => {
    await using lxd = await startLxd();
    await using deployment = await deploy(lxd);
    const { model } = deployment;
    const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
    let last: readonly TestCertificate[] = [];
    for (const nth of [1, 2, 3]) {
      for (const hook of ["api-relation-changed", "update-status", "config-changed"]) {
        last = await certificates(2);
        model.faults.failTool({ tool, hook, nth });
        first.offer(0, last.slice(0, 1));
        second.offer(0, last.slice(1));
        model.configure(APPLICATION, { projects: nth === 2 ? "" : "default, " });
        model.updateStatus(APPLICATION);
        await model.settle();
      }
    }
    model.configure(APPLICATION, { projects: "" });
    model.faults.clear();
    await deployment.settle();
    await deployment.updateStatus();
    assert.deepEqual(await trusted(deployment), fingerprints(...last));
    assert.deepEqual(first.told().trusted, fingerprints(last[0]));
    assert.deepEqual(second.told().trusted, fingerprints(last[1]));
  });
}
