import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { completed, failed, runAction, type Shown } from "../harness/actions.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";

const OTHER_MODEL = "6f1c0a52-1111-4222-8333-444455556666";

function changesOf({ changes = {} }: Shown): readonly string[] {
  const rows: readonly Shown[] = Object.values(changes);
  return rows.map(({ change, fingerprint }) => `${change} ${fingerprint}`).toSorted();
}

/** Adds an entry under a name of ours. */
async function plant(
  lxd: LxdWorld,
  beginning: string,
  { fingerprint, certificate }: TestCertificate,
): Promise<void> {
  await lxd.trust(certificate, { name: `${beginning}:${fingerprint.slice(0, 12)}` });
}

/** Returns all that an action may change. */
async function worldOf({ model, lxd }: Deployment) {
  const units = model.units(APPLICATION).map((unit) => model.status(unit));
  return {
    store: await lxd.trustStore(),
    databags: model.databags(),
    units,
    log: model.log.length,
  };
}

async function certificates(count: number): Promise<readonly TestCertificate[]> {
  return await Promise.all(Array.from({ length: count }, () => createCertificate()));
}

Deno.test("reconcile: a dry run tells what the real one does, and changes nothing", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd, { units: 2 });
  const requirer = deployment.requirer();
  const [lost, kept, orphan, widened] = await certificates(4);
  assert.ok(lost && kept && orphan && widened);
  requirer.offer(0, [lost, kept, widened]);
  requirer.relation.write("my-charm/0", { projects: '["web"]' });
  await deployment.settle();
  await lxd.distrust(lost.fingerprint);
  await lxd.amend(widened.fingerprint, { restricted: false, projects: [] });
  await plant(lxd, `${deployment.prefix}99:gone-0`, orphan);

  const before = await worldOf(deployment);
  const expected = [
    `add ${lost.fingerprint}`,
    `restrict ${widened.fingerprint}`,
    `revoke ${orphan.fingerprint}`,
  ];
  const counts = { added: "1", changed: "1", revoked: "1", refused: "0" };
  const status = `active: LXD ${VERSION}: 1 node, 3 certificates`;
  const dry = await completed(deployment, "reconcile", { params: { "dry-run": true } });
  const { changes, ...summary } = dry;
  assert.deepEqual(changesOf({ changes }), expected);
  assert.deepEqual(summary, { "dry-run": "true", status, ...counts });
  assert.deepEqual(await worldOf(deployment), before);

  const real = await completed(deployment, "reconcile");
  assert.deepEqual(changesOf(real), expected);
  assert.deepEqual({ ...real, changes: dry.changes }, { ...dry, "dry-run": "false" });
  assert.deepEqual(await deployment.ours(), {
    [lost.fingerprint]: "1:my-charm-0",
    [kept.fingerprint]: "1:my-charm-0",
    [widened.fingerprint]: "1:my-charm-0",
  });
  const audit = deployment.model.log.slice(before.log).flatMap(({ message }) =>
    message.split("\n")
  );
  const events = audit.map((line) => line.match(/^lxd-certificate event=(\w+) fingerprint=(\w+)/));
  assert.deepEqual(events.map((match) => match?.slice(1).join(" ")).toSorted(), [
    `added ${lost.fingerprint}`,
    `changed ${widened.fingerprint}`,
    `revoked ${orphan.fingerprint}`,
  ]);
  await deployment.settle();
  const again = await completed(deployment, "reconcile");
  assert.deepEqual([again.added, again.changed, again.revoked], ["0", "0", "0"]);
});

Deno.test("reconcile: it publishes, and another unit is told that it does not lead", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2, trust: false });
  const requirer = deployment.requirer();
  const [certificate] = await certificates(1);
  assert.ok(certificate);
  requirer.offer(0, [certificate]);
  await deployment.settle();
  deployment.model.trust(APPLICATION);
  const before = await worldOf(deployment);
  const other = { unit: "lxd-integrator/1" };
  const leaderless =
    /^lxd-integrator\/1 is not the leader, .* run the action on lxd-integrator\/leader$/;
  for (const name of ["reconcile", "purge-orphans"]) {
    assert.match(await failed(deployment, name, other), leaderless);
    for (const isDry of [true, false]) {
      const params = { "dry-run": isDry };
      assert.match(await failed(deployment, name, { ...other, params }), leaderless);
    }
  }
  const dry = await completed(deployment, "reconcile", { params: { "dry-run": true } });
  assert.equal(dry.published, "api:1");
  assert.deepEqual(await worldOf(deployment), before);
  const real = await completed(deployment, "reconcile");
  assert.equal(real.published, "api:1");
  assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  await deployment.settle();
});

Deno.test("reconcile: what a present requirer seems to have dropped is left to update-status", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [first, second, dropped] = await certificates(3);
  assert.ok(first && second && dropped);
  requirer.offer(0, [first]);
  await deployment.settle();
  await plant(lxd, `${deployment.prefix}1:my-charm-0`, dropped);
  // Juju shows this databag in the requirer's own hook, which is queued.
  requirer.offer(0, [second]);
  const { revoked } = await completed(deployment, "reconcile");
  assert.equal(revoked, "0");
  const kept = [first, dropped].map(({ fingerprint }) => fingerprint).toSorted();
  assert.deepEqual(Object.keys(await deployment.ours()).toSorted(), kept);
  await deployment.updateStatus();
  assert.deepEqual(Object.keys(await deployment.ours()), [second.fingerprint]);
});

Deno.test("purge-orphans: entries of a removed relation and shared ones of nobody go, and no others", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { prefix } = deployment;
  const [one, two] = [deployment.requirer("one"), deployment.requirer("two")];
  const [own, both, gone, nobody, foreign] = await certificates(5);
  assert.ok(own && both && gone && nobody && foreign);
  one.offer(0, [own, both]);
  two.offer(0, [both]);
  await deployment.settle();
  await plant(lxd, `${prefix}99:gone-0`, gone);
  await plant(lxd, `${prefix}shared`, nobody);
  await plant(lxd, `other-integrator@${OTHER_MODEL}:1:a-0`, foreign);
  const before = await worldOf(deployment);
  const expected = [gone, nobody].map(({ fingerprint }) => `revoke ${fingerprint}`).toSorted();
  const dry = await completed(deployment, "purge-orphans");
  assert.deepEqual(changesOf(dry), expected);
  assert.deepEqual([dry["dry-run"], dry.orphans], ["true", "2"]);
  assert.deepEqual(await worldOf(deployment), before);
  const real = await completed(deployment, "purge-orphans", { params: { "dry-run": false } });
  assert.deepEqual(changesOf(real), expected);
  const fingerprints = new Set([gone.fingerprint, nobody.fingerprint]);
  const left = before.store.filter(({ fingerprint }) => !fingerprints.has(fingerprint));
  assert.deepEqual(await lxd.trustStore(), left);
  await deployment.updateStatus();
  assert.deepEqual(await lxd.trustStore(), left);
});

Deno.test("purge-orphans: a new leader leaves shared entries that it does not know enough about", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  const [nobody] = await certificates(1);
  assert.ok(nobody);
  deployment.model.setLeader("lxd-integrator/1");
  await deployment.settle();
  await plant(lxd, `${deployment.prefix}shared`, nobody);
  const request = { unit: "lxd-integrator/1", params: { "dry-run": false } };
  const results = await completed(deployment, "purge-orphans", request);
  assert.deepEqual([results.orphans, results["not-sure"]], ["0", "1"]);
  assert.ok((await deployment.ours())[nobody.fingerprint]);
});

Deno.test("purge-orphans: a leader that is being removed purges nothing", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  const requirer = deployment.requirer();
  const [mine] = await certificates(1);
  assert.ok(mine);
  requirer.offer(0, [mine]);
  await deployment.settle();
  deployment.model.removeUnit(UNIT);
  const message = await failed(deployment, "purge-orphans", { params: { "dry-run": false } });
  assert.match(message, /^lxd-integrator\/0 is being removed: run the action on another unit/);
  assert.ok((await deployment.ours())[mine.fingerprint]);
});

Deno.test("purge-orphans: a dead model's entries go once the operator says so, with a warning", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [mine, one, shared, other, lookalike] = await certificates(5);
  assert.ok(mine && one && shared && other && lookalike);
  requirer.offer(0, [mine]);
  await deployment.settle();
  const dead = `${APPLICATION}@${OTHER_MODEL}`;
  await plant(lxd, `${dead}:1:a-0`, one);
  await plant(lxd, `${dead}:shared`, shared);
  await plant(lxd, `other@${OTHER_MODEL}:1:a-0`, other);
  await lxd.trust(lookalike.certificate, { name: `${dead}:by hand` });
  const before = await lxd.trustStore();
  const params = { model: OTHER_MODEL };
  const expected = [one, shared].map(({ fingerprint }) => `revoke ${fingerprint}`).toSorted();
  const dry = await runAction(deployment, "purge-orphans", { params });
  assert.deepEqual(changesOf(dry.results), expected);
  assert.match(dry.results.warning, /^With dry-run=false, every client .* loses LXD: 2 in all\. /);
  assert.deepEqual(dry.log, [dry.results.warning]);
  assert.deepEqual(await lxd.trustStore(), before);
  const real = await completed(deployment, "purge-orphans", {
    params: { ...params, "dry-run": false },
  });
  assert.deepEqual(changesOf(real), expected);
  assert.match(real.warning, /^Every client .* make sure$/);
  const gone = new Set([one.fingerprint, shared.fingerprint]);
  assert.deepEqual(
    await lxd.trustStore(),
    before.filter(({ fingerprint }) => !gone.has(fingerprint)),
  );
  const { uuid } = deployment.model;
  assert.match(
    await failed(deployment, "purge-orphans", { params: { model: uuid } }),
    /^Cannot use the parameter model: it is this model/,
  );
  for (const model of ["default", `${OTHER_MODEL} `, ""]) {
    assert.match(
      await failed(deployment, "purge-orphans", { params: { model } }),
      /^Cannot use the parameter model: it must be the UUID of a model/,
    );
  }
});

Deno.test("actions: Juju refuses parameters that an action lacks, and of other types", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  await assert.rejects(model.runAction(UNIT, "reconcile", { "dry-rum": true }), /no parameter/);
  await assert.rejects(model.runAction(UNIT, "reconcile", { "dry-run": "yes" }), /of type boolean/);
  await assert.rejects(model.runAction(UNIT, "check", { all: true }), /no parameter/);
});
