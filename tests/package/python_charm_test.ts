import assert from "node:assert/strict";
import { authOf } from "../lxd/client.ts";
import { waitForMember } from "../lxd/administration.ts";
import { type RealLxd, startCluster } from "../lxd/real.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";
import { createCertificate } from "../certificates.ts";
import { offeredIn, type PythonCharm, pythonCharm, secretsOf } from "./python_charm.ts";

const MINE = "py-charm/0";
const UNRELATED = "blocked: Missing LXD: juju integrate py-charm:lxd lxd-integrator:api";
const NAMES = ["member1", "member2", "member3"];

let shared: RealLxd;
let charm: PythonCharm;

Deno.test.beforeAll(async () => {
  [shared, charm] = await Promise.all([startCluster(), pythonCharm()]);
  await shared.createProject("web");
});

Deno.test.afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
  await charm?.[Symbol.asyncDispose]();
});

interface DeployOptions {
  readonly lxd?: RealLxd;
  readonly units?: number;
  readonly owner?: "unit" | "application";
  readonly projects?: string;
  readonly jujuVersion?: "3.6.28" | "4.0.15";
}

async function deployBoth(options: DeployOptions = {}): Promise<Deployment> {
  const { lxd = shared, units = 1, owner = "unit", projects = "", jujuVersion = "4.0.15" } =
    options;
  const deployment = await deploy(lxd, { config: { projects }, model: { jujuVersion } });
  try {
    await deployment.model.deploy(charm.path, { units, config: { owner } });
    await deployment.settle();
  } catch (error) {
    await deployment[Symbol.asyncDispose]();
    throw error;
  }
  return deployment;
}

function newest({ relation }: Requirer, unit = MINE): string {
  const [identity] = offeredIn(relation.read(unit));
  assert.ok(identity, `${unit} offers a certificate`);
  return identity.fingerprint;
}

function active(fingerprint: string, names: readonly string[] = NAMES): string {
  const counts = names.map((name) => `${name} 0`).join(", ");
  return `active: ${counts}, certificate ${fingerprint.slice(0, 12)}`;
}

/** Returns the events of the library that the charm saw. */
function events({ model }: Deployment): readonly string[] {
  return model.log.map(({ message }) => /lxd: Lxd(\w+)Event|lxd: (\w+) \[/.exec(message))
    .flatMap((found) => found ? [found[1] ?? found[2] ?? ""] : []);
}

/** Rotates. The certificate in use must be trusted after each hook. */
async function rotate(deployment: Deployment, requirer: Requirer): Promise<void> {
  const { model } = deployment;
  const old = newest(requirer);
  assert.equal((await model.runAction(MINE, "rotate")).status, "completed");
  const next = newest(requirer);
  assert.deepEqual(offeredIn(requirer.relation.read(MINE)).map((one) => one.fingerprint), [
    next,
    old,
  ]);
  const course: string[] = [];
  do {
    const store = (await shared.trustStore()).map(({ fingerprint }) => fingerprint);
    const trusted = [old, next].filter((one) => store.includes(one));
    if (trusted.join() !== course.at(-1)) course.push(trusted.join());
    const [, used = "none"] = /^active: .*, certificate (\w+)$/.exec(deployment.status(MINE)) ?? [];
    assert.ok(
      trusted.some((one) => one.startsWith(used)),
      `${deployment.status(MINE)}: the certificate in use is trusted after each hook`,
    );
  } while (await model.step());
  assert.deepEqual(course, [old, `${old},${next}`, next]);
  assert.equal(deployment.status(MINE), active(next));
  assert.equal(secretsOf(deployment, "py-charm").length, 1, "the old key is removed");
}

/** Checks that pylxd gets into each node. */
async function checkPylxd({ model }: Deployment): Promise<void> {
  const { status, results } = await model.runAction(MINE, "list-instances");
  assert.equal(status, "completed");
  assert.deepEqual(NAMES.map((name) => results[name]), ["none", "none", "none"]);
}

/** Checks that a hook without news writes nothing. */
async function checkQuiet(deployment: Deployment, { relation }: Requirer): Promise<void> {
  const { model } = deployment;
  const published = relation.read(MINE);
  model.updateStatus("py-charm");
  await deployment.settle();
  assert.deepEqual(relation.read(MINE), published);
  const last = model.runs.findLast(({ hook, unit }) => hook === "update-status" && unit === MINE);
  assert.ok(last);
  const writes = last.tools.filter(({ tool }) =>
    /^(relation-set|secret-(add|set|remove))$/.test(tool)
  );
  assert.deepEqual(writes, []);
}

Deno.test.each([{ jujuVersion: "3.6.28" }, { jujuVersion: "4.0.15" }] as const)(
  "py-charm: talks to each node, rotates without a gap, and leaves nothing behind, on Juju $jujuVersion",
  async ({ jujuVersion }) => {
    await using deployment = await deployBoth({ jujuVersion });
    const { model } = deployment;
    const before = await shared.trustStore();
    assert.equal(deployment.status(MINE), UNRELATED);
    const first = deployment.relate("py-charm");
    await deployment.settle();
    const old = newest(first);
    assert.equal(deployment.status(MINE), active(old));
    assert.deepEqual(await deployment.ours(), { [old]: "1:py-charm-0" });
    const entry = (await shared.trustStore()).find(({ fingerprint }) => fingerprint === old);
    assert.deepEqual([entry?.restricted, entry?.projects], [true, ["default"]]);
    await checkPylxd(deployment);
    await checkQuiet(deployment, first);
    assert.deepEqual(events(deployment), ["ready"]);

    await rotate(deployment, first);
    assert.deepEqual(events(deployment), ["ready", "ready"]);
    model.removeRelation(first.relation);
    await deployment.settle();
    assert.equal(deployment.status(MINE), UNRELATED);
    assert.deepEqual(await shared.trustStore(), before);
    assert.deepEqual(secretsOf(deployment, "py-charm"), []);
    assert.equal((await model.runAction(MINE, "rotate")).status, "failed");

    const second = deployment.relate("py-charm");
    await deployment.settle();
    assert.notEqual(newest(second), old);
    assert.equal(deployment.status(MINE), active(newest(second)));
    model.removeApplication("py-charm");
    await deployment.settle();
    assert.deepEqual(await shared.trustStore(), before);
    assert.deepEqual(secretsOf(deployment, "py-charm"), []);
    assert.deepEqual(events(deployment), ["ready", "ready", "gone", "ready", "gone"]);
    checkSecrecy(deployment);
  },
);

/** Checks that no log, status, databag or argument holds a key. */
function checkSecrecy({ model }: Deployment): void {
  const secrets = model.runs.flatMap(({ tools }) =>
    tools.filter(({ tool }) => tool === "secret-get").map(({ stdout }) => stdout)
  );
  const keys = secrets.flatMap((text) => text.match(/[A-Za-z0-9+/]{60,64}(?=[^-]*END PRIVATE)/g));
  assert.ok(keys.length > 2);
  const shown = model.runs.flatMap(({ tools, stdout, stderr, statusAfter }) => [
    stdout + stderr + statusAfter.message,
    ...tools.map(({ tool, args, stdin, stdout }) =>
      JSON.stringify([args, stdin, tool === "secret-get" ? "" : stdout])
    ),
  ]);
  const all = [...shown, ...model.log.map(({ message }) => message)].join();
  for (const key of keys) assert.ok(!key || !all.includes(key), "a key is shown");
}

Deno.test("py-charm: says why its certificate is rejected, and recovers", async () => {
  await using deployment = await deployBoth({ projects: "web" });
  const requirer = deployment.relate("py-charm");
  await deployment.settle();
  const digits = newest(requirer).slice(0, 12);
  assert.equal(
    deployment.status(MINE),
    `blocked: LXD's provider rejects certificate ${digits}: ` +
      'The operator allows the projects web, not "default"',
  );
  assert.deepEqual(events(deployment), ["rejected"]);
  deployment.model.configure("py-charm", { project: "no name" });
  await deployment.settle();
  assert.match(deployment.status(MINE), /^blocked: Cannot use project "no name"/);
  deployment.model.configure("py-charm", { project: "web" });
  await deployment.settle();
  assert.equal(deployment.status(MINE), active(newest(requirer)));
  assert.deepEqual(events(deployment), ["rejected", "ready"]);
});

Deno.test("py-charm: one key for all units, which the leader makes", async () => {
  await using deployment = await deployBoth({ units: 2, owner: "application" });
  const { model } = deployment;
  const before = await shared.trustStore();
  const requirer = deployment.relate("py-charm");
  await deployment.settle();
  const offered = () => offeredIn(requirer.relation.readApp("py-charm"));
  const [old] = offered();
  assert.ok(old);
  for (const unit of [MINE, "py-charm/1"]) {
    assert.equal(deployment.status(unit), active(old.fingerprint));
  }
  assert.equal(Object.keys(await deployment.ours()).join(), old.fingerprint);
  model.setLeader("py-charm/1");
  await deployment.settle();
  assert.equal((await model.runAction(MINE, "rotate")).status, "failed");
  assert.equal((await model.runAction("py-charm/1", "rotate")).status, "completed");
  await deployment.settle();
  const [next, ...others] = offered();
  assert.deepEqual(others, []);
  assert.ok(next && next.fingerprint !== old.fingerprint);
  for (const unit of [MINE, "py-charm/1"]) {
    assert.equal(deployment.status(unit), active(next.fingerprint));
  }
  assert.equal(secretsOf(deployment, "py-charm").length, 1);
  model.removeRelation(requirer.relation);
  await deployment.settle();
  assert.deepEqual(secretsOf(deployment, "py-charm"), []);
  assert.deepEqual(await shared.trustStore(), before);
});

Deno.test("py-charm: no hook fails after a relation was removed by force", async () => {
  await using deployment = await deployBoth();
  const { model } = deployment;
  const requirer = deployment.relate("py-charm");
  await deployment.settle();
  model.removeRelation(requirer.relation, { force: true });
  await deployment.settle();
  model.updateStatus("py-charm");
  model.configure("py-charm", { project: "web" });
  await deployment.settle();
  const again = deployment.relate("py-charm");
  await deployment.settle();
  assert.ok(newest(again));
});

Deno.test("py-charm: loses a member, and gets it back", async () => {
  await using lxd = await startCluster();
  await using deployment = await deployBoth({ lxd });
  const requirer = deployment.relate("py-charm");
  await deployment.settle();
  const own = newest(requirer);
  const [, , third] = lxd.members;
  assert.ok(third);
  await third.kill();
  deployment.model.updateStatus("py-charm");
  await deployment.settle();
  assert.match(deployment.status(MINE), /^waiting: member3 does not answer: /);
  await waitForMember(lxd, third.name, "Offline");
  await deployment.updateStatus();
  assert.equal(deployment.status(MINE), active(own, ["member1", "member2"]));
  await third.start();
  await waitForMember(lxd, third.name, "Online");
  await deployment.updateStatus();
  assert.equal(deployment.status(MINE), active(own));
  assert.deepEqual(events(deployment), ["ready", "nodes_changed", "nodes_changed"]);
  const stranger = await createCertificate();
  const auth = await authOf(third.endpoint, stranger, lxd.serverCertificate);
  assert.equal(auth, "untrusted");
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(secretsOf(deployment, "py-charm"), []);
  assert.equal(deployment.status(MINE), UNRELATED);
});

Deno.test("py-charm: says why its provider cannot serve, and recovers", async () => {
  await using deployment = await deployBoth();
  const { model } = deployment;
  model.untrust(APPLICATION);
  await deployment.settle();
  const requirer = deployment.relate("py-charm");
  await deployment.settle();
  assert.match(deployment.status(MINE), /^blocked: LXD's provider: /);
  model.trust(APPLICATION);
  await deployment.settle();
  assert.equal(deployment.status(MINE), active(newest(requirer)));
  model.untrust(APPLICATION);
  await deployment.settle();
  assert.equal(deployment.status(MINE), active(newest(requirer)), "the access lasts");
  model.trust(APPLICATION);
  await deployment.settle();
});
