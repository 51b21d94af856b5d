import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { fingerprintOf } from "../certificates.ts";
import { createStoragePool, succeed, waitForMember } from "../lxd/administration.ts";
import { authOf } from "../lxd/client.ts";
import { type RealLxd, startCluster } from "../lxd/real.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { buildMyCharm, identitiesOf, type MyIdentity, secretsLeft } from "../harness/my_charm.ts";
import { deploy, type Requirer, type World } from "../harness/deployment.ts";

const NAMES = ["member1", "member2", "member3"];
const MINE = "my-charm/0";
const UNRELATED = "blocked: Missing LXD: juju integrate my-charm:lxd lxd-integrator:api";

// In bytes; what is longer is the runtime or a bundle.
const BIG_FILE = 100_000;

// Tests that stop no member share one cluster: it takes seconds to form.
let shared: RealLxd;
let charm: string;

Deno.test.beforeAll(async () => {
  [shared, charm] = await Promise.all([startWithPool(), buildMyCharm()]);
  await shared.createProject("web");
});

Deno.test.afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
});

Deno.test("my-charm: settles, rotates without a gap, and leaves nothing behind", async () => {
  await using world = await deployBoth();
  const { model } = world;
  const before = await shared.trustStore();
  assert.equal(world.status(MINE), UNRELATED);
  const first = world.relate("my-charm");
  await world.settle();
  const old = newest(world);
  assert.equal(world.status(), "active: LXD 5.0.2: 3 nodes, 1 certificate");
  assert.equal(world.status(MINE), active(old));
  assert.deepEqual(await world.ours(), { [old.fingerprint]: "1:my-charm-0" });
  const entry = (await shared.trustStore()).find(({ fingerprint }) =>
    fingerprint === old.fingerprint
  );
  assert.deepEqual([entry?.restricted, entry?.projects], [true, ["default"]]);
  assert.deepEqual(visited(world, old), NAMES);

  const published = first.relation.read(MINE);
  model.updateStatus("my-charm");
  await world.updateStatus();
  assert.deepEqual(visited(world, old), NAMES, "what was visited is not visited in every hook");
  assert.deepEqual(first.relation.read(MINE), published);

  const rotation = await model.runAction(MINE, "rotate");
  assert.equal(rotation.status, "completed", rotation.message);
  const next = String(rotation.results["certificate"]);
  const awaited = `Waiting for each LXD node to trust certificate ${next.slice(0, 12)}`;
  assert.equal(world.status(MINE), `${active(old)}; ${awaited}`);
  const course: string[] = [];
  do {
    const store = (await shared.trustStore()).map(({ fingerprint }) => fingerprint);
    const trusted = [old.fingerprint, next].filter((one) => store.includes(one)).join();
    if (trusted !== course.at(-1)) course.push(trusted);
    assert.ok(trusted.includes(usedBy(world)), "what is used is trusted after each hook");
  } while (await model.step());
  await world.settle();
  assert.deepEqual(course, [old.fingerprint, `${old.fingerprint},${next}`, next]);
  const rotated = newest(world);
  assert.equal(rotated.fingerprint, next);
  assert.notEqual(rotated.key, old.key);
  assert.equal(world.status(MINE), active(rotated));
  assert.deepEqual(visited(world, rotated), NAMES);
  assert.deepEqual(await authAt(world, old), everywhere("untrusted"));
  assert.deepEqual(await authAt(world, rotated), everywhere("trusted"));
  assert.equal(secretsLeft(world, "my-charm").length, 1, "the old key is forgotten");

  await checkSecrecy(world, [first]);
  model.removeRelation(first.relation);
  await world.settle();
  assert.equal(world.status(MINE), UNRELATED);
  assert.equal(world.status(), "active: LXD 5.0.2: 3 nodes, 0 certificates");
  assert.deepEqual(await shared.trustStore(), before);
  assert.deepEqual(secretsLeft(world, "my-charm"), []);
  const refused = await model.runAction(MINE, "rotate");
  assert.equal(refused.status, "failed");

  const second = world.relate("my-charm");
  await world.settle();
  const again = newest(world);
  assert.notEqual(again.key, rotated.key);
  assert.equal(world.status(MINE), active(again));
  model.removeApplication("my-charm");
  await world.settle();
  assert.deepEqual(await shared.trustStore(), before);
  assert.deepEqual(secretsLeft(world, "my-charm"), []);
  assert.deepEqual(await instances(), []);
  await checkSecrecy(world, [first, second]);
});

Deno.test("my-charm: says why its certificate is rejected, and recovers", async () => {
  await using world = await deployBoth({ projects: "web" });
  const { relation } = world.relate("my-charm");
  await world.settle();
  const reason = 'The operator allows the projects web, not "default"';
  const rejected = newest(world);
  const certificate = `certificate ${rejected.fingerprint.slice(0, 12)}`;
  assert.equal(
    world.status(MINE),
    `blocked: LXD's provider rejects ${certificate}: ${reason}`,
  );
  assert.deepEqual(await world.ours(), {});

  // Mended by the operator of the charm: the provider takes the certificate of the other project.
  world.model.configure("my-charm", { project: "web" });
  await world.settle();
  const mended = newest(world);
  assert.equal(world.status(MINE), active(mended));
  assert.deepEqual(visited(world, mended), NAMES);
  assert.equal(secretsLeft(world, "my-charm").length, 1);
  const published = relation.read(MINE);
  world.model.configure("my-charm", { project: "no name" });
  await world.settle();
  assert.equal(world.status(MINE), 'blocked: Cannot use project "no name": it is no name');
  assert.deepEqual(relation.read(MINE), published);

  // Mended by the operator of the provider: it takes the certificate that it rejected.
  world.model.configure("my-charm", { project: "default" });
  await world.settle();
  const waiting = newest(world);
  assert.match(world.status(MINE), /^blocked: LXD's provider rejects certificate .*: The/);
  world.model.configure(APPLICATION, { projects: "web,default" });
  await world.settle();
  assert.equal(newest(world).fingerprint, waiting.fingerprint);
  assert.equal(world.status(MINE), active(waiting));
});

Deno.test("my-charm: survives a node that dies while it rotates", async () => {
  await using lxd = await startWithPool();
  await using world = await deployBoth({ lxd });
  const { model } = world;
  world.relate("my-charm");
  await world.settle();
  const old = newest(world);
  await model.runAction(MINE, "rotate");
  // The provider answers while the third node is there; it dies before my-charm reads the answer.
  while (model.runs.at(-1)?.unit !== UNIT) await model.step();
  const [, , third] = lxd.members;
  assert.ok(third);
  await third.kill();
  await world.settle();
  const rotated = newest(world);
  assert.notEqual(rotated.fingerprint, old.fingerprint);
  assert.deepEqual(visited(world, rotated), NAMES.slice(0, 2));
  assert.match(world.status(MINE), /^waiting: member3 does not answer: /);

  await waitForMember(lxd, third.name, "Offline");
  await world.updateStatus();
  assert.equal(world.status(MINE), active(rotated, "2 nodes"));
  assert.deepEqual(await world.ours(), { [rotated.fingerprint]: "1:my-charm-0" });

  await third.start();
  await waitForMember(lxd, third.name, "Online");
  await world.updateStatus();
  assert.equal(world.status(MINE), active(rotated));
  assert.deepEqual(await authAt(world, rotated), everywhere("trusted"));
  assert.deepEqual(await authAt(world, old), everywhere("untrusted"));
  assert.ok(visited(world, rotated).includes("member3"));
});

Deno.test("my-charm: each unit has a certificate of its own", async () => {
  await using world = await deployBoth({ units: 2 });
  world.relate("my-charm");
  await world.settle();
  const units = [newest(world), newest(world, "my-charm/1")] as const;
  const names = units.map(({ fingerprint }, index) => [fingerprint, `1:my-charm-${index}`]);
  assert.deepEqual(await world.ours(), Object.fromEntries(names));
  assert.equal(world.status("my-charm/1"), active(units[1]));
  world.model.removeUnit(MINE);
  await world.settle();
  assert.deepEqual(await world.ours(), { [units[1].fingerprint]: "1:my-charm-1" });
  assert.equal(world.status("my-charm/1"), active(units[1]));
  assert.equal(secretsLeft(world, "my-charm").length, 1);
});

Deno.test("my-charm: tidies up after a hook that was killed", async () => {
  await using world = await deployBoth();
  const { model } = world;
  const { relation } = world.relate("my-charm");
  const hook = "lxd-relation-created";
  const runs = () => model.runs.filter((run) => run.hook === hook);
  // Its eighth call is secret-add: it is killed while Juju reads the key from the file.
  model.faults.killAtToolCall({ unit: MINE, hook, call: 8 });
  while (runs().length < 1) await model.step();
  assert.deepEqual(runs().map(({ outcome }) => outcome), ["killed"]);
  assert.equal(runs()[0]?.tools.at(-1)?.tool, "secret-add");
  assert.equal((await keyFiles(world)).length, 1);
  while (runs().length < 2) await model.step();
  assert.deepEqual(runs().map(({ outcome }) => outcome), ["killed", "done"]);
  assert.deepEqual(await keyFiles(world), []);

  // As if killed before it deleted its instance.
  const [certificate] = JSON.parse(relation.read(MINE)["client_certificates"] ?? "[]");
  await succeed(shared.admin, "POST", "/1.0/instances?target=member2", {
    name: instanceOf(fingerprintOf(certificate)),
    source: { type: "none" },
    devices: { root: { type: "disk", path: "/", pool: "default" } },
  });
  assert.equal((await instances()).length, 1);
  await world.settle();
  assert.equal(world.status(MINE), active(newest(world)));
  assert.deepEqual(await instances(), []);
});

async function startWithPool(): Promise<RealLxd> {
  const lxd = await startCluster();
  await createStoragePool(lxd, "default");
  return lxd;
}

async function deployBoth(
  { lxd = shared, projects = "", units = 1 }: {
    readonly lxd?: RealLxd;
    readonly projects?: string;
    readonly units?: number;
  } = {},
): Promise<World> {
  const world = await deploy(lxd, { config: { projects } });
  try {
    await world.model.deploy(charm, { units });
    await world.settle();
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
  return world;
}

/** The certificate that a unit made last, with its key. */
function newest(world: World, unit = MINE): MyIdentity {
  const identity = identitiesOf(world, unit).at(-1);
  assert.ok(identity, `${unit} has a certificate`);
  return identity;
}

/** The beginning of the fingerprint that the first unit's status tells to be used. */
function usedBy(world: World): string {
  const [, used] = /^active: 3 nodes, certificate (\w{12})/.exec(world.status(MINE)) ?? [];
  assert.ok(used, world.status(MINE));
  return used;
}

function active({ fingerprint }: MyIdentity, nodes = "3 nodes"): string {
  return `active: ${nodes}, certificate ${fingerprint.slice(0, 12)}`;
}

function instanceOf(fingerprint: string): string {
  return `my-charm-0-${fingerprint.slice(0, 12)}`;
}

/** The nodes where the first unit made and deleted an instance with a certificate. */
function visited({ model }: World, { fingerprint }: MyIdentity): readonly string[] {
  const what = `Created and deleted the instance ${instanceOf(fingerprint)} of `;
  return model.log.filter(({ message }) => message.includes(what))
    .map(({ message }) => message.replace(/.* on /, ""));
}

async function authAt(
  { lxd }: World,
  { certificate, key }: MyIdentity,
): Promise<Readonly<Record<string, string>>> {
  const answers = lxd.members.map(async ({ endpoint, name }) =>
    [name, await authOf(endpoint, certificate, key, lxd.serverCertificate)] as const
  );
  return Object.fromEntries(await Promise.all(answers));
}

function everywhere(auth: string): Readonly<Record<string, string>> {
  return Object.fromEntries(NAMES.map((name) => [name, auth]));
}

async function instances(): Promise<readonly string[]> {
  const { metadata } = await succeed(shared.admin, "GET", "/1.0/instances?all-projects=true");
  return metadata ?? [];
}

/** What holds a key while Juju reads it. */
async function keyFiles({ model: { uuid } }: World): Promise<readonly string[]> {
  const names = await Array.fromAsync(Deno.readDir("/tmp"), ({ name }) => name);
  return names.filter((name) => name.includes(uuid));
}

/** No key may be anywhere but in Juju's secrets: not even in an argument of a hook tool. */
async function checkSecrecy(world: World, requirers: readonly Requirer[]): Promise<void> {
  const { model } = world;
  const texts = [
    ...model.log.map(({ message }) => message),
    ...model.runs.map(({ stdout, stderr, statusAfter }) => stdout + stderr + statusAfter.message),
    ...model.runs.flatMap(({ environment, tools }) => [
      JSON.stringify(environment),
      ...tools.map(({ tool, args, stdin, stdout, stderr }) =>
        JSON.stringify([args, stdin, stderr, tool === "secret-get" ? "" : stdout])
      ),
    ]),
    ...requirers.flatMap(({ relation }) => JSON.stringify(relation.read(MINE))),
    ...model.applications().includes("my-charm") ? await smallFiles(model.charmDir(MINE)) : [],
  ];
  assert.deepEqual(await keyFiles(world), []);
  const keys = identitiesOf(world, MINE).flatMap(({ key }) => key.split("\n").slice(1, 3));
  assert.ok(keys.length > 0);
  for (const text of texts) assert.ok(!keys.some((line) => text.includes(line)), "a key is shown");
}

async function smallFiles(directory: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { isDirectory, isFile, name } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) texts.push(...await smallFiles(path));
    else if (isFile && (await Deno.stat(path)).size < BIG_FILE) {
      texts.push(await Deno.readTextFile(path));
    }
  }
  return texts;
}
