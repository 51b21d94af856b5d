import assert from "node:assert/strict";
import { createCertificate, fingerprintsOf, type TestCertificate } from "../certificates.ts";
import type { HookRun, PendingHook } from "../juju/mod.ts";
import { waitForMember } from "../lxd/administration.ts";
import { authOf } from "../lxd/client.ts";
import { startCluster, VERSION } from "../lxd/servers.ts";
import type { LxdWorld } from "../lxd/world.ts";
import type { LxdMember } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";

const CHANGED_REGEXP = /^lxd-certificate event=/m;
const [LEADER, SECOND, THIRD] = ["lxd-integrator/0", "lxd-integrator/1", "lxd-integrator/2"];

// All tests share one cluster, which takes seconds to form. The first test kills one member.
let lxd: LxdWorld;

Deno.test.beforeAll(async () => {
  lxd = await startCluster();
});

Deno.test.afterAll(async () => {
  await lxd?.[Symbol.asyncDispose]();
});

// The test ends a daemon that started before the test.
const KILLS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("leadership: one unit changes LXD, and every unit publishes it", KILLS, async () => {
  const member = await expendable();
  const { endpoint } = member;
  // The others run ahead of the leader, so they learn about LXD from LXD only.
  const pick = (candidates: readonly PendingHook[]) =>
    Math.max(0, candidates.findIndex(({ unit }) => unit !== LEADER));
  await using deployment = await deploy(lxd, { units: 3, cloud: { endpoint }, model: { pick } });
  const requirer = deployment.requirer("ams", 2);
  const steady = await createCertificate();
  requirer.offer("application", [steady]);
  await deployment.settle();
  let former: readonly TestCertificate[] = [];
  const rotate = async () => {
    const pair = [await createCertificate(), await createCertificate()] as const;
    requirer.offer(0, [pair[0]]);
    requirer.offer(1, [pair[1]]);
    await deployment.settle();
    for (const unit of deployment.model.units(APPLICATION)) {
      assert.deepEqual(requirer.told(unit).trusted, fingerprintsOf(steady, ...pair), unit);
    }
    assert.deepEqual(await deployment.ours(), {
      [steady.fingerprint]: "1:ams",
      [pair[0].fingerprint]: "1:ams-0",
      [pair[1].fingerprint]: "1:ams-1",
    });
    const { endpoints, server = "" } = requirer.told(THIRD);
    const alive = endpoints.find((one) => one !== endpoint) ?? "";
    for (const { certificate, key } of former) {
      assert.equal(await authOf(alive, { certificate, key }, server), "untrusted");
    }
    for (const { certificate, key } of [steady, ...pair]) {
      assert.equal(await authOf(alive, { certificate, key }, server), "trusted");
    }
    former = pair;
  };
  await rotate();
  await member.kill();
  await rotate();
  await waitForMember(lxd, member.name, "Offline");
  await rotate();
  for (const unit of deployment.model.units(APPLICATION)) {
    assert.equal(deployment.status(unit), `active: LXD ${VERSION}: 2 nodes, 3 certificates`, unit);
    assert.ok(!requirer.told(unit).endpoints.includes(endpoint), unit);
  }
  assert.deepEqual(whoChanged(deployment.model.runs), [LEADER]);
  assert.ok(deployment.model.runs.every(({ hook }) => hook !== "update-status"));
});

Deno.test("leadership: each unit sets LXD's version once, and Juju 3.6 shows the last one's", async () => {
  await using deployment = await deploy(lxd, { units: 2, model: { jujuVersion: "3.6.28" } });
  const { model } = deployment;
  const shown = () => model.workloadVersion(APPLICATION);
  const calls = () =>
    model.runs.flatMap(({ unit, tools }) =>
      tools.filter(({ tool }) => tool === "application-version-set").map(() => unit)
    ).sort();
  assert.deepEqual([shown(), calls()], [VERSION, [LEADER, SECOND]]);
  await deployment.updateStatus();
  assert.deepEqual(calls(), [LEADER, SECOND], "the status tells what is set");
  // A refusal of Juju fails no hook. Juju shows the empty version of the new unit.
  model.faults.failTool({ tool: "application-version-set", unit: THIRD, stderr: "ERROR no\n" });
  model.addUnit(APPLICATION);
  await deployment.settle();
  assert.match(deployment.status(THIRD), /^active: /);
  assert.deepEqual([shown(), calls()], ["", [LEADER, SECOND, THIRD]]);
  const fourth = model.addUnit(APPLICATION);
  await deployment.settle();
  assert.deepEqual([shown(), calls()], [VERSION, [LEADER, SECOND, THIRD, fourth]]);
  model.removeUnit(fourth);
  model.removeUnit(THIRD);
  model.removeUnit(LEADER);
  await deployment.settle();
  assert.equal(shown(), VERSION, "it outlives the unit that set it");
});

Deno.test("leadership: a removed unit keeps every certificate, a removed application none", async () => {
  await using deployment = await deploy(lxd, { units: 3 });
  const before = await lxd.trustStore();
  const [first, second] = [deployment.requirer("first", 2), deployment.requirer("second")];
  const [own, shared, foreign] = await certificates();
  await lxd.trust(foreign.certificate, { name: "an operator's" });
  first.offer(0, [own, shared, foreign]);
  first.offer(1, [shared]);
  second.offer(0, [shared]);
  await deployment.settle();
  const [store, told] = [await lxd.trustStore(), first.told(SECOND)];
  const ours = { [own.fingerprint]: "1:first-0", [shared.fingerprint]: "shared" };
  assert.deepEqual(await deployment.ours(), ours);

  // First a unit that does not lead goes, then the leader.
  for (const [unit, leader] of [[THIRD, LEADER], [LEADER, SECOND]] as const) {
    const count = deployment.model.runs.length;
    deployment.model.removeUnit(unit);
    await deployment.settle();
    // The end state is no proof: the next leader would register a revoked certificate again.
    assert.deepEqual(whoChanged(deployment.model.runs.slice(count)), []);
    assert.deepEqual([unit, deployment.model.leader(APPLICATION)], [unit, leader]);
    assert.deepEqual(await lxd.trustStore(), store);
    for (const left of deployment.model.units(APPLICATION)) {
      assert.deepEqual(first.told(left), told, left);
    }
  }
  // The new leader registers certificates, and units that join later publish them.
  const rotated = await createCertificate();
  const added = deployment.model.addUnit(APPLICATION);
  first.offer(0, [rotated, shared]);
  await deployment.settle();
  assert.deepEqual(first.told(added).trusted, fingerprintsOf(rotated, shared));
  assert.deepEqual(second.told(added).trusted, fingerprintsOf(shared));
  assert.deepEqual(Object.keys(await deployment.ours()).sort(), fingerprintsOf(rotated, shared));

  deployment.model.addUnit(APPLICATION);
  await deployment.settle();
  assert.equal(deployment.model.units(APPLICATION).length, 3);
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  await lxd.distrust(foreign.fingerprint);
  assert.deepEqual(await lxd.trustStore(), before);
});

for (const ranBefore of ["before", "after"] as const) {
  Deno.test(`leadership: the leader dies between LXD and Juju, and the others run ${ranBefore} it`, async () => {
    let isLeaderFirst = false;
    const pick = (candidates: readonly PendingHook[]) =>
      Math.max(0, candidates.findIndex(({ unit }) => (unit === LEADER) === isLeaderFirst));
    await using deployment = await deploy(lxd, { units: 3, model: { pick } });
    const requirer = deployment.requirer();
    const [first, second, third] = await certificates();
    requirer.offer(0, [first]);
    await deployment.settle();
    requirer.offer(0, [second]);
    await deployment.settle();
    // The first relation-set comes after the last change of LXD.
    const tools = deployment.model.runs.findLast(({ unit, hook }) =>
      unit === LEADER && hook === "api-relation-changed"
    )?.tools ?? [];
    const call = 1 + tools.findIndex(({ tool }) =>
      tool === "relation-set"
    );
    assert.ok(call > 0);

    isLeaderFirst = ranBefore === "after";
    const hook = "api-relation-changed";
    deployment.model.faults.killAtToolCall({ unit: LEADER, hook, call });
    requirer.offer(0, [third]);
    while ((await deployment.model.step())?.outcome !== "killed");
    assert.deepEqual(Object.keys(await deployment.ours()).sort(), fingerprintsOf(second, third));
    deployment.model.removeUnit(LEADER, { force: true });
    await deployment.settle();
    for (const unit of [SECOND, THIRD]) {
      assert.ok(requirer.told(unit).trusted.includes(third.fingerprint), unit);
    }
    // A unit that ran its hook before it led revokes only when nothing is queued.
    const isDone = ranBefore === "after";
    assert.equal(Object.keys(await deployment.ours()).length, isDone ? 1 : 2);
    await deployment.updateStatus();
    assert.deepEqual(await deployment.ours(), { [third.fingerprint]: "1:my-charm-0" });
    for (const unit of [SECOND, THIRD]) {
      assert.deepEqual(requirer.told(unit).trusted, fingerprintsOf(third), unit);
    }
    assert.deepEqual(whoChanged(deployment.model.runs), [LEADER, SECOND]);
  });
}

Deno.test("leadership: a hook that loses leadership at its end, after LXD acted, is repeated", async () => {
  await using deployment = await deploy(lxd, { units: 3 });
  const foreign = await deployment.foreign();
  const requirer = deployment.requirer();
  const [first, second] = await certificates();
  requirer.offer("application", [first]);
  await deployment.settle();
  // Only the leader may write an answer to an application.
  deployment.model.faults.loseLeadershipAtFlush({ hook: "api-relation-changed" });
  requirer.offer("application", [second]);
  // Juju runs the refused hook again.
  await deployment.model.settle({ replays: 1 });
  assert.ok(
    deployment.model.runs.some(({ outcome, unit }) => outcome === "failed" && unit === LEADER),
  );
  assert.equal(deployment.model.leader(APPLICATION), SECOND);
  await deployment.settle();
  for (const unit of deployment.model.units(APPLICATION)) {
    assert.deepEqual(requirer.told(unit).trusted, fingerprintsOf(second), unit);
  }
  assert.deepEqual(await deployment.ours(), { [second.fingerprint]: "1:my-charm" });
  assert.deepEqual(await deployment.foreign(), foreign);
});

Deno.test("leadership: a new leader that missed hooks revokes no wanted certificate", async () => {
  let isFirstBefore = true;
  let requirers: readonly Requirer[] = [];
  // The old leader runs ahead. The other unit sees the first relation before the second one.
  const pick = (candidates: readonly PendingHook[]) => {
    const relation = Number(requirers[isFirstBefore ? 0 : 1]?.relation.id);
    const ahead = candidates.findIndex(({ unit }) => unit === LEADER);
    return Math.max(
      0,
      ahead,
      candidates.findIndex((one) => ahead < 0 && one.relation === relation),
    );
  };
  await using deployment = await deploy(lxd, { units: 2, model: { pick } });
  const [first, second] = [deployment.requirer("first", 2), deployment.requirer("second")];
  requirers = [first, second];
  const [shared, inner, own] = await certificates();
  first.offer(0, [shared, inner]);
  await deployment.settle();
  // Further requirers want the same certificates, and only the old leader's hooks run.
  first.offer(1, [inner]);
  second.offer(0, [shared, own]);
  while (deployment.model.pending().some(({ unit }) => unit === LEADER)) {
    await deployment.model.step();
  }
  assert.deepEqual(second.told(LEADER).trusted, fingerprintsOf(shared, own));
  assert.deepEqual(second.told(SECOND).trusted, []);
  deployment.model.removeUnit(LEADER, { force: true });
  first.offer(0, []);
  const wanted = fingerprintsOf(shared, inner, own);
  let hooks = 0;
  while (await deployment.model.step()) {
    hooks++;
    const names = Object.keys(await deployment.ours()).sort();
    assert.deepEqual(names, wanted, deployment.model.runs.at(-1)?.hook);
  }
  assert.ok(hooks > 3);
  await deployment.settle();
  assert.deepEqual(second.told(SECOND).trusted, fingerprintsOf(shared, own));
  assert.deepEqual(first.told(SECOND).trusted.filter((one) => one === inner.fingerprint).length, 1);

  // With nothing queued the new leader knows all wants, and revokes at once.
  await deployment.updateStatus();
  assert.deepEqual(first.told(SECOND).trusted, fingerprintsOf(inner));
  isFirstBefore = false;
  first.offer(1, []);
  second.offer(0, [own]);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [own.fingerprint]: "2:second-0" });
});

Deno.test("leadership: a leader that returns revokes no certificate that it missed", async () => {
  let preferred = (_: PendingHook): boolean => false;
  const pick = (candidates: readonly PendingHook[]) =>
    Math.max(0, candidates.findIndex((one) => preferred(one)));
  await using deployment = await deploy(lxd, { units: 2, model: { pick } });
  const { model } = deployment;
  const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
  const shared = await createCertificate();
  first.offer(0, [shared]);
  await deployment.settle();
  // The other unit leads for one hook: the repetition of a killed hook, which comes first.
  preferred = ({ unit }) => unit === SECOND;
  model.faults.killAtToolCall({ unit: SECOND, call: 1 });
  second.offer(0, [shared]);
  assert.equal((await model.step())?.outcome, "killed");
  model.setLeader(SECOND);
  assert.equal((await model.step())?.outcome, "done");
  assert.deepEqual(second.told(SECOND).trusted, fingerprintsOf(shared));
  model.setLeader(LEADER);
  first.offer(0, []);
  preferred = ({ unit, relation }) => unit === LEADER && relation !== Number(second.relation.id);
  while (await model.step()) {
    const { unit, hook } = model.runs.at(-1) ?? {};
    assert.deepEqual(Object.keys(await deployment.ours()), [shared.fingerprint], `${unit} ${hook}`);
  }
  await deployment.updateStatus();
  assert.deepEqual(await deployment.ours(), { [shared.fingerprint]: "2:second-0" });
});

/** Returns the units whose hooks changed the trust store. */
function whoChanged(runs: readonly HookRun[]): readonly string[] {
  const changing = runs.filter(({ tools }) =>
    tools.some(({ tool, args }) => tool === "juju-log" && CHANGED_REGEXP.test(args.at(-1) ?? ""))
  );
  return [...new Set(changing.map(({ unit }) => unit))].sort();
}

/**
 * Returns a member that the cluster can lose: neither the leader of the database, nor the first
 * member, which the credential names by default.
 */
async function expendable(): Promise<LxdMember> {
  const { body } = await lxd.admin("GET", "/1.0/cluster/members?recursion=1");
  const listed: { server_name: string; roles: string[] }[] = body?.metadata ?? [];
  const leader = listed.find(({ roles }) => roles.includes("database-leader"));
  const member = lxd.members.slice(1).find(({ name }) => name !== leader?.server_name);
  assert.ok(leader && member);
  return member;
}

async function certificates(): Promise<
  readonly [TestCertificate, TestCertificate, TestCertificate]
> {
  return [await createCertificate(), await createCertificate(), await createCertificate()];
}
