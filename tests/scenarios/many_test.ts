import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";
import { startLxd } from "../lxd/servers.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import { createClient } from "../lxd/client.ts";
import type { FaultMatch } from "../lxd/stand_in_faults.ts";

const REQUIRERS = 10;
const EACH = 100;

Deno.test("many: 1,000 certificates are registered in one hook, and revoked at removal", async () => {
  await using lxd = await startLxd();
  // Without access to the credential no hook registers anything.
  await using deployment = await deploy(lxd, { trust: false });
  const { model } = deployment;
  const certificates = await createMany(REQUIRERS * EACH);
  for (let index = 0; index < REQUIRERS; index++) {
    const requirer = deployment.requirer(`ams${index}`);
    requirer.offer(0, certificates.slice(index * EACH, (index + 1) * EACH));
  }
  await model.settle();
  assert.deepEqual(await deployment.ours(), {});
  const foreign = await deployment.foreign();

  model.trust(APPLICATION);
  model.updateStatus(APPLICATION);
  const run = await model.step();
  assert.equal(run?.outcome, "done", run?.stderr);
  assert.equal(Object.keys(await deployment.ours()).length, REQUIRERS * EACH);
  assert.match(deployment.status(), /^active: LXD \S+: 1 node, 1000 certificates$/);

  model.removeApplication(APPLICATION);
  await model.settle();
  assert.deepEqual(await deployment.ours(), {});
  assert.deepEqual(await deployment.foreign(), foreign);
});

const LIST: FaultMatch = { method: "GET", path: /^\/1\.0\/certificates\?/, times: 1 };

for (const change of ["revoke", "restrict"] as const) {
  Deno.test(`many: an entry that a human renames after the list is read is left: ${change}`, async () => {
    await using lxd = await startStandIn();
    await using deployment = await deploy(lxd);
    const requirer = deployment.requirer();
    const [renamed, other] = [await createCertificate(), await createCertificate()];
    requirer.offer(0, [renamed, other]);
    await deployment.settle();
    const { certificate, key } = deployment.credential;
    const [member] = lxd.members;
    assert.ok(member);
    const { serverCertificate } = lxd;
    const { endpoint } = member;
    const admin = createClient({ endpoint, serverCertificate, certificate, key });
    const rename = async () => {
      const path = `/1.0/certificates/${renamed.fingerprint}`;
      const { status } = await admin("PATCH", path, { name: "kept by hand" });
      assert.equal(status, 200);
    };
    lxd.clear();
    lxd.fault(LIST, { kind: "hook", after: rename });
    if (change === "revoke") requirer.offer(0, []);
    else requirer.relation.write("my-charm/0", { projects: '["default"]' });
    await deployment.settle();
    const store = await lxd.trustStore();
    const entry = store.find(({ fingerprint }) => fingerprint === renamed.fingerprint);
    assert.deepEqual([entry?.name, entry?.restricted], ["kept by hand", false]);
    const its = store.find(({ fingerprint }) => fingerprint === other.fingerprint);
    assert.equal(its?.restricted, change === "revoke" ? undefined : true);
  });
}

/** Makes many certificates for one key. */
async function createMany(number: number): Promise<readonly TestCertificate[]> {
  const keyOf = await createCertificate();
  const made: TestCertificate[] = [];
  for (let index = 0; index < number; index++) {
    made.push(await createCertificate({ keyOf, commonName: `client ${index}` }));
  }
  return made;
}
