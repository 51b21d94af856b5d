import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { buildMyCharm, identitiesOf, type MyIdentity, secretsLeft } from "../harness/my_charm.ts";
import { createWrongClock } from "../harness/wrong_clock.ts";
import { createStoragePool } from "../lxd/administration.ts";
import { authOf } from "../lxd/client.ts";
import { startLxd } from "../lxd/real.ts";

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1000;
const MINE = "my-charm/0";

function newest(deployment: Deployment): MyIdentity {
  const identity = identitiesOf(deployment, MINE).at(-1);
  assert.ok(identity, `${MINE} has a certificate`);
  return identity;
}

function active({ fingerprint }: MyIdentity): string {
  return `active: 1 node, certificate ${fingerprint.slice(0, 12)}`;
}

/** Runs the hooks that wait. LXD must let in the certificate in use after each of them. */
async function stepThrough(deployment: Deployment): Promise<readonly string[]> {
  const { model, lxd } = deployment;
  const [member] = lxd.members;
  assert.ok(member);
  const course: string[] = [];
  while (await model.step()) {
    const [, used = ""] = /^active: 1 node, certificate (\w{12})/.exec(deployment.status(MINE)) ??
      [];
    const identity = identitiesOf(deployment, MINE)
      .find(({ fingerprint }) => fingerprint.startsWith(used));
    assert.ok(used && identity, deployment.status(MINE));
    assert.equal(await authOf(member.endpoint, identity, lxd.serverCertificate), "trusted");
    if (course.at(-1) !== used) course.push(used);
  }
  return course;
}

Deno.test("my-charm: renews its certificate ahead of its expiry, without a gap", async () => {
  const now = Date.now();
  const notBefore = new Date(now - 999 * DAY_MS);
  await using lxd = await startLxd({ identity: await createCertificate({ notBefore }) });
  await createStoragePool(lxd, "default");
  // LXD and its provider have the right time. 65 days before the end, two thirds of a year are over.
  const clock = await createWrongClock("my-charm");
  clock.set(-300 * DAY_S);
  const { run } = clock;
  await using deployment = await deploy(lxd, { running: "built", model: { run } });
  const { model } = deployment;
  await model.deploy(await buildMyCharm());
  const { relation } = deployment.relate("my-charm");
  await deployment.settle();
  const old = newest(deployment);
  assert.equal(deployment.status(MINE), active(old));

  const offered = relation.read(MINE);
  clock.set(-60 * DAY_S);
  model.updateStatus("my-charm");
  await deployment.settle();
  assert.deepEqual(relation.read(MINE), offered, "a certificate stays for eight months");

  clock.set(0);
  model.updateStatus("my-charm");
  const course = await stepThrough(deployment);
  await deployment.settle();
  const renewed = newest(deployment);
  assert.ok(renewed.key !== old.key, "the key is a new one");
  const short = [old, renewed].map(({ fingerprint }) => fingerprint.slice(0, 12));
  assert.deepEqual(course, short);
  assert.equal(deployment.status(MINE), active(renewed));
  assert.deepEqual(await deployment.ours(), { [renewed.fingerprint]: "1:my-charm-0" });
  assert.equal(secretsLeft(deployment, "my-charm").length, 1, "the old key is removed");

  model.updateStatus("my-charm");
  await deployment.settle();
  assert.equal(newest(deployment).fingerprint, renewed.fingerprint);
});
