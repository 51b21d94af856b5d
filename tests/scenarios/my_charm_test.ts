import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { fingerprintOf } from "../certificates.ts";
import { createStoragePool, succeed, waitForMember } from "../lxd/administration.ts";
import { authOf } from "../lxd/client.ts";
import { type RealLxd, startCluster } from "../lxd/real.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { buildMyCharm, identitiesOf, type MyIdentity, secretsLeft } from "../harness/my_charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";

const NAMES = ["member1", "member2", "member3"];
const MINE = "my-charm/0";
const UNRELATED = "blocked: Missing LXD: juju integrate my-charm:lxd lxd-integrator:api";

// In bytes. Longer files are the runtime or a bundle.
const BIG_FILE = 100_000;

// Tests that stop no member share one cluster, because a cluster takes seconds to form.
let shared: RealLxd;
let charm: string;

Deno.test.beforeAll(async () => {
  [shared, charm] = await Promise.all([startWithPool(), buildMyCharm()]);
  await shared.createProject("web");
});

Deno.test.afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
});

/** Rotates the certificate. The certificate in use must be trusted after each hook. */
async function rotate(deployment: Deployment, old: MyIdentity): Promise<MyIdentity> {
  const { model } = deployment;
  const rotation = await model.runAction(MINE, "rotate");
  assert.equal(rotation.status, "completed", rotation.message);
  const next = String(rotation.results["certificate"]);
  const awaited = `Waiting for each LXD node to trust certificate ${next.slice(0, 12)}`;
  assert.equal(deployment.status(MINE), `${active(old)}; ${awaited}`);
  const course: string[] = [];
  do {
    const store = (await shared.trustStore()).map(({ fingerprint }) => fingerprint);
    const trusted = [old.fingerprint, next].filter((one) => store.includes(one)).join();
    if (trusted !== course.at(-1)) course.push(trusted);
    assert.ok(
      trusted.includes(usedBy(deployment)),
      "the certificate in use is trusted after each hook",
    );
  } while (await model.step());
  await deployment.settle();
  assert.deepEqual(course, [old.fingerprint, `${old.fingerprint},${next}`, next]);
  const rotated = newest(deployment);
  assert.equal(rotated.fingerprint, next);
  assert.notEqual(rotated.key, old.key);
  assert.equal(deployment.status(MINE), active(rotated));
  assert.deepEqual(visited(deployment, rotated), NAMES);
  assert.deepEqual(await authAt(deployment, old), everywhere("untrusted"));
  assert.deepEqual(await authAt(deployment, rotated), everywhere("trusted"));
  assert.equal(secretsLeft(deployment, "my-charm").length, 1, "the old key is removed");
  return rotated;
}

Deno.test("my-charm: settles, rotates without a gap, and leaves nothing behind", async () => {
  await using deployment = await deployBoth();
  const { model } = deployment;
  const before = await shared.trustStore();
  assert.equal(deployment.status(MINE), UNRELATED);
  const first = deployment.relate("my-charm");
  await deployment.settle();
  const old = newest(deployment);
  assert.equal(deployment.status(), "active: LXD 5.0.2: 3 nodes, 1 certificate");
  assert.equal(deployment.status(MINE), active(old));
  assert.deepEqual(await deployment.ours(), { [old.fingerprint]: "1:my-charm-0" });
  const entry = (await shared.trustStore()).find(({ fingerprint }) =>
    fingerprint === old.fingerprint
  );
  assert.deepEqual([entry?.restricted, entry?.projects], [true, ["default"]]);
  assert.deepEqual(visited(deployment, old), NAMES);

  const published = first.relation.read(MINE);
  model.updateStatus("my-charm");
  await deployment.updateStatus();
  assert.deepEqual(
    visited(deployment, old),
    NAMES,
    "a later hook does not visit the nodes again",
  );
  assert.deepEqual(first.relation.read(MINE), published);

  const rotated = await rotate(deployment, old);
  await checkSecrecy(deployment, [first]);
  model.removeRelation(first.relation);
  await deployment.settle();
  assert.equal(deployment.status(MINE), UNRELATED);
  assert.equal(deployment.status(), "active: LXD 5.0.2: 3 nodes, 0 certificates");
  assert.deepEqual(await shared.trustStore(), before);
  assert.deepEqual(secretsLeft(deployment, "my-charm"), []);
  const refused = await model.runAction(MINE, "rotate");
  assert.equal(refused.status, "failed");

  const second = deployment.relate("my-charm");
  await deployment.settle();
  const again = newest(deployment);
  assert.notEqual(again.key, rotated.key);
  assert.equal(deployment.status(MINE), active(again));
  model.removeApplication("my-charm");
  await deployment.settle();
  assert.deepEqual(await shared.trustStore(), before);
  assert.deepEqual(secretsLeft(deployment, "my-charm"), []);
  assert.deepEqual(await instances(), []);
  await checkSecrecy(deployment, [first, second]);
});

Deno.test("my-charm: says why its certificate is rejected, and recovers", async () => {
  await using deployment = await deployBoth({ projects: "web" });
  const { relation } = deployment.relate("my-charm");
  await deployment.settle();
  const reason = 'The operator allows the projects web, not "default"';
  const rejected = newest(deployment);
  const certificate = `certificate ${rejected.fingerprint.slice(0, 12)}`;
  assert.equal(
    deployment.status(MINE),
    `blocked: LXD's provider rejects ${certificate}: ${reason}`,
  );
  assert.deepEqual(await deployment.ours(), {});

  // The operator of my-charm asks for another project: the provider takes the next certificate.
  deployment.model.configure("my-charm", { project: "web" });
  await deployment.settle();
  const mended = newest(deployment);
  assert.equal(deployment.status(MINE), active(mended));
  assert.deepEqual(visited(deployment, mended), NAMES);
  assert.equal(secretsLeft(deployment, "my-charm").length, 1);
  const published = relation.read(MINE);
  deployment.model.configure("my-charm", { project: "no name" });
  await deployment.settle();
  assert.equal(deployment.status(MINE), 'blocked: Cannot use project "no name": it is no name');
  assert.deepEqual(relation.read(MINE), published);

  // The operator of the provider allows the project: the provider takes the rejected certificate.
  deployment.model.configure("my-charm", { project: "default" });
  await deployment.settle();
  const waiting = newest(deployment);
  assert.match(deployment.status(MINE), /^blocked: LXD's provider rejects certificate .*: The/);
  deployment.model.configure(APPLICATION, { projects: "web,default" });
  await deployment.settle();
  assert.equal(newest(deployment).fingerprint, waiting.fingerprint);
  assert.equal(deployment.status(MINE), active(waiting));
});

Deno.test("my-charm: survives a node that dies while it rotates", async () => {
  await using lxd = await startWithPool();
  await using deployment = await deployBoth({ lxd });
  const { model } = deployment;
  deployment.relate("my-charm");
  await deployment.settle();
  const old = newest(deployment);
  await model.runAction(MINE, "rotate");
  // The provider answers about three nodes. The third one dies before my-charm reads the answer.
  while (model.runs.at(-1)?.unit !== UNIT) await model.step();
  const [, , third] = lxd.members;
  assert.ok(third);
  await third.kill();
  await deployment.settle();
  const rotated = newest(deployment);
  assert.notEqual(rotated.fingerprint, old.fingerprint);
  assert.deepEqual(visited(deployment, rotated), NAMES.slice(0, 2));
  assert.match(deployment.status(MINE), /^waiting: member3 does not answer: /);

  await waitForMember(lxd, third.name, "Offline");
  await deployment.updateStatus();
  assert.equal(deployment.status(MINE), active(rotated, "2 nodes"));
  assert.deepEqual(await deployment.ours(), { [rotated.fingerprint]: "1:my-charm-0" });

  await third.start();
  await waitForMember(lxd, third.name, "Online");
  await deployment.updateStatus();
  assert.equal(deployment.status(MINE), active(rotated));
  assert.deepEqual(await authAt(deployment, rotated), everywhere("trusted"));
  assert.deepEqual(await authAt(deployment, old), everywhere("untrusted"));
  assert.ok(visited(deployment, rotated).includes("member3"));
});

Deno.test("my-charm: each unit has its own certificate", async () => {
  await using deployment = await deployBoth({ units: 2 });
  deployment.relate("my-charm");
  await deployment.settle();
  const units = [newest(deployment), newest(deployment, "my-charm/1")] as const;
  const names = units.map(({ fingerprint }, index) => [fingerprint, `1:my-charm-${index}`]);
  assert.deepEqual(await deployment.ours(), Object.fromEntries(names));
  assert.equal(deployment.status("my-charm/1"), active(units[1]));
  deployment.model.removeUnit(MINE);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [units[1].fingerprint]: "1:my-charm-1" });
  assert.equal(deployment.status("my-charm/1"), active(units[1]));
  assert.equal(secretsLeft(deployment, "my-charm").length, 1);
});

Deno.test("my-charm: cleans up after a killed hook", async () => {
  await using deployment = await deployBoth();
  const { model } = deployment;
  const { relation } = deployment.relate("my-charm");
  const hook = "lxd-relation-created";
  const runs = () => model.runs.filter((run) => run.hook === hook);
  // The hook's eighth call is secret-add. The kill comes while Juju reads the key from the file.
  model.faults.killAtToolCall({ unit: MINE, hook, call: 8 });
  while (runs().length < 1) await model.step();
  assert.deepEqual(runs().map(({ outcome }) => outcome), ["killed"]);
  assert.equal(runs()[0]?.tools.at(-1)?.tool, "secret-add");
  assert.equal((await keyFiles(deployment)).length, 1);
  while (runs().length < 2) await model.step();
  assert.deepEqual(runs().map(({ outcome }) => outcome), ["killed", "done"]);
  assert.deepEqual(await keyFiles(deployment), []);

  // A hook that was killed before the deletion leaves its instance.
  const [certificate] = JSON.parse(relation.read(MINE)["client_certificates"] ?? "[]");
  await succeed(shared.admin, ["POST", "/1.0/instances?target=member2", {
    name: instanceOf(fingerprintOf(certificate)),
    source: { type: "none" },
    devices: { root: { type: "disk", path: "/", pool: "default" } },
  }]);
  assert.equal((await instances()).length, 1);
  await deployment.settle();
  assert.equal(deployment.status(MINE), active(newest(deployment)));
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
): Promise<Deployment> {
  const deployment = await deploy(lxd, { config: { projects } });
  try {
    await deployment.model.deploy(charm, { units });
    await deployment.settle();
  } catch (error) {
    await deployment[Symbol.asyncDispose]();
    throw error;
  }
  return deployment;
}

/** Returns a unit's newest certificate, with its key. */
function newest(deployment: Deployment, unit = MINE): MyIdentity {
  const identity = identitiesOf(deployment, unit).at(-1);
  assert.ok(identity, `${unit} has a certificate`);
  return identity;
}

/** Returns the beginning of the fingerprint in the first unit's status. */
function usedBy(deployment: Deployment): string {
  const [, used] = /^active: 3 nodes, certificate (\w{12})/.exec(deployment.status(MINE)) ?? [];
  assert.ok(used, deployment.status(MINE));
  return used;
}

function active({ fingerprint }: MyIdentity, nodes = "3 nodes"): string {
  return `active: ${nodes}, certificate ${fingerprint.slice(0, 12)}`;
}

function instanceOf(fingerprint: string): string {
  return `my-charm-0-${fingerprint.slice(0, 12)}`;
}

/** Returns the nodes where the first unit made and deleted an instance with a certificate. */
function visited({ model }: Deployment, { fingerprint }: MyIdentity): readonly string[] {
  const what = `Created and deleted the instance ${instanceOf(fingerprint)} of `;
  return model.log.filter(({ message }) => message.includes(what))
    .map(({ message }) => message.replace(/.* on /, ""));
}

async function authAt(
  { lxd }: Deployment,
  { certificate, key }: MyIdentity,
): Promise<Readonly<Record<string, string>>> {
  const answers = lxd.members.map(async ({ endpoint, name }) =>
    [name, await authOf(endpoint, { certificate, key }, lxd.serverCertificate)] as const
  );
  return Object.fromEntries(await Promise.all(answers));
}

function everywhere(auth: string): Readonly<Record<string, string>> {
  return Object.fromEntries(NAMES.map((name) => [name, auth]));
}

async function instances(): Promise<readonly string[]> {
  const { metadata } = await succeed(shared.admin, ["GET", "/1.0/instances?all-projects=true"]);
  return metadata ?? [];
}

/** Returns the temporary files that hold a key while Juju reads it. */
async function keyFiles({ model: { uuid } }: Deployment): Promise<readonly string[]> {
  const names = await Array.fromAsync(Deno.readDir("/tmp"), ({ name }) => name);
  return names.filter((name) => name.includes(uuid));
}

/** Checks that only Juju's secrets hold a key: no file, log, status, databag or argument does. */
async function checkSecrecy(deployment: Deployment, requirers: readonly Requirer[]): Promise<void> {
  const { model } = deployment;
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
  assert.deepEqual(await keyFiles(deployment), []);
  const keys = identitiesOf(deployment, MINE).flatMap(({ key }) => key.split("\n").slice(1, 3));
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
