import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { APPLICATION } from "../harness/charm.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import { deploy, type Requirer, type World } from "../harness/deployment.ts";

/** Gives fresh certificates. */
async function certificates(count: number): Promise<readonly TestCertificate[]> {
  return await Promise.all(Array.from({ length: count }, () => createCertificate()));
}

/** The fingerprints of our entries. */
async function trusted(world: World): Promise<readonly string[]> {
  return Object.keys(await world.ours()).sort();
}

function fingerprints(...of: readonly (TestCertificate | undefined)[]): readonly string[] {
  return of.map((certificate) => certificate?.fingerprint ?? "").sort();
}

/** The hooks that ran since a run, with the relation that they are about. */
function since({ model }: World, from: number): readonly string[] {
  return model.runs.slice(from).map(({ hook, outcome }) => `${hook} ${outcome}`);
}

const REMOVALS = [
  {
    what: "the relation",
    remove: ({ model }: World, { relation }: Requirer) =>
      model.removeRelation(relation, { force: true }),
  },
  {
    what: "the requirer",
    remove: ({ model }: World, { name }: Requirer) =>
      model.removeApplication(name, { force: true }),
  },
];

for (const { what, remove } of REMOVALS) {
  Deno.test(`force: ${what} at the endpoint api goes, and others are served`, async () => {
    await using lxd = await startLxd();
    await using world = await deploy(lxd, { units: 2 });
    const [a, b, c, d, e, f] = await certificates(6);
    assert.ok(a && b && c && d && e && f);
    const [gone, stays] = [world.requirer("gone", 2), world.requirer("stays")];
    gone.offer(0, [a]);
    gone.offer(1, [b]);
    gone.offer("application", [c, d]);
    stays.offer(0, [d, e]);
    await world.settle();
    assert.deepEqual(await trusted(world), fingerprints(a, b, c, d, e));

    const from = world.model.runs.length;
    remove(world, gone);
    stays.offer(0, [d, f]);
    await world.settle();
    const ran = since(world, from);
    assert.ok(ran.includes("api-relation-departed done"), ran.join());
    assert.ok(ran.includes("api-relation-broken done"), ran.join());
    assert.deepEqual(await trusted(world), fingerprints(d, f));
    assert.deepEqual(stays.told().trusted, fingerprints(d, f));
    assert.equal(world.status(), `active: LXD ${VERSION}: 1 node, 2 certificates`);
    await world.updateStatus();
    assert.deepEqual(await trusted(world), fingerprints(d, f));
    assert.match(Object.values(await world.ours()).join(), /2:stays-0.*2:stays-0/);
  });
}

Deno.test("force: relation and requirer at the endpoint https go, and others are served", async () => {
  await using lxd = await startLxd();
  await using world = await deploy(lxd);
  const [a, b, c, d, e] = await certificates(5);
  assert.ok(a && b && c && d && e);
  const stays = world.requirer("stays");
  const [first, second] = [
    relateHttps(world.model, "first", 2),
    relateHttps(world.model, "second"),
  ];
  stays.offer(0, [c]);
  first.offer(0, a.certificate);
  first.offer(1, c.certificate);
  second.offer("application", b.certificate);
  await world.settle();
  assert.deepEqual(await trusted(world), fingerprints(a, b, c));

  world.model.removeRelation(first.relation, { force: true });
  await world.settle();
  assert.deepEqual(await trusted(world), fingerprints(b, c));
  assert.deepEqual(stays.told().trusted, fingerprints(c));
  world.model.removeApplication("second", { force: true });
  stays.offer(0, [c, d]);
  await world.settle();
  assert.deepEqual(await trusted(world), fingerprints(c, d));
  stays.offer(0, [e]);
  await world.settle();
  await world.updateStatus();
  assert.deepEqual(await trusted(world), fingerprints(e));
  assert.equal(world.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
});

Deno.test("force: hooks that were due before the removal end well", async () => {
  await using lxd = await startLxd();
  await using world = await deploy(lxd);
  const { model } = world;
  const [a, b] = await certificates(2);
  assert.ok(a && b);
  const [gone, stays] = [world.requirer("gone"), world.requirer("stays")];
  stays.offer(0, [b]);
  await world.settle();
  // A unit joins, and -changed must follow.
  model.addUnit("gone");
  gone.offer(1, [a]);
  await model.step();
  model.removeRelation(gone.relation, { force: true });
  const from = model.runs.length;
  await world.settle();
  assert.deepEqual(since(world, from), [
    "api-relation-changed done",
    "api-relation-departed done",
    "api-relation-departed done",
    "api-relation-broken done",
  ]);
  assert.deepEqual(await trusted(world), fingerprints(b));
});

Deno.test("force: a relation that stays listed holds back its own and nothing else", async () => {
  await using lxd = await startLxd();
  await using world = await deploy(lxd);
  const { model } = world;
  const [a, b, c, d, e, orphan] = await certificates(6);
  assert.ok(a && b && c && d && e && orphan);
  const [gone, stays, other] = [
    world.requirer("gone"),
    world.requirer("stays"),
    world.requirer("other"),
  ];
  gone.offer("application", [a]);
  stays.offer(0, [b, c]);
  other.offer(0, [c]);
  await world.settle();

  // As after `juju resolved --no-retry` of a hook that an earlier charm failed in.
  model.removeRelation(gone.relation, { force: true });
  model.faults.failTool({ tool: "is-leader" });
  await assert.rejects(model.settle(), /api-relation-departed/);
  model.resolve(`${APPLICATION}/0`);
  stays.offer(0, [d]);
  await world.settle();
  assert.deepEqual(await trusted(world), fingerprints(a, c, d));
  assert.deepEqual(stays.told().trusted, fingerprints(d));

  // Each hook that is about everything, and what it does for the others.
  await lxd.distrust(d.fingerprint);
  await lxd.trust(orphan.certificate, { name: `${APPLICATION}@${model.uuid}:99:gone-0` });
  await world.updateStatus();
  assert.deepEqual(await trusted(world), fingerprints(a, c, d));
  model.untrust(APPLICATION);
  await world.settle();
  assert.match(world.status(), /^blocked: Missing credentials access/);
  other.offer(0, [e]);
  model.trust(APPLICATION);
  await world.settle();
  await world.updateStatus();
  assert.deepEqual(other.told().trusted, fingerprints(e));
  // The shared one may be wanted by the relation that nobody can read.
  assert.deepEqual(await trusted(world), fingerprints(a, c, d, e));
  model.addUnit(APPLICATION);
  await world.settle();
  assert.match(world.status(), /^active: LXD \S+: 1 node, 4 certificates$/);

  // An agent that starts again drops the relation, and all is tidied up.
  model.restartAgent(`${APPLICATION}/0`);
  await world.updateStatus();
  assert.deepEqual(await trusted(world), fingerprints(d, e));
});

Deno.test("force: the charm leaves nothing behind, though a relation was removed by force before", async () => {
  await using lxd = await startLxd();
  await using world = await deploy(lxd);
  const before = await lxd.trustStore();
  const [a, b] = await certificates(2);
  assert.ok(a && b);
  const [gone, stays] = [world.requirer("gone"), world.requirer("stays")];
  gone.offer(0, [a, b]);
  stays.offer(0, [b]);
  await world.settle();
  world.model.removeRelation(gone.relation, { force: true });
  world.model.removeApplication(APPLICATION);
  await world.settle();
  assert.deepEqual(await lxd.trustStore(), before.filter(({ name }) => !name.includes("@")));
});

for (const tool of ["relation-get", "relation-set", "relation-list"]) {
  Deno.test(`force: ${tool} that fails at any one call fails no hook`, async () => {
    await using lxd = await startLxd();
    await using world = await deploy(lxd);
    const { model } = world;
    const [first, second] = [world.requirer("first"), world.requirer("second")];
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
    await world.settle();
    await world.updateStatus();
    assert.deepEqual(await trusted(world), fingerprints(...last));
    assert.deepEqual(first.told().trusted, fingerprints(last[0]));
    assert.deepEqual(second.told().trusted, fingerprints(last[1]));
  });
}
