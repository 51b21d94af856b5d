import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";
import { startLxd } from "../lxd/servers.ts";

Deno.test("two integrators on one LXD: each publishes what is true, and leaves the other's entries", async () => {
  await using lxd = await startLxd();
  await using one = await deploy(lxd);
  await using other = await deploy(lxd);
  const [certificate, own] = [await createCertificate(), await createCertificate()];
  const { fingerprint } = certificate;
  const [first, second] = [one.requirer("first"), other.requirer("second")];
  first.offer(0, [certificate]);
  await one.settle();
  second.offer(0, [certificate, own]);
  await other.settle();
  const fingerprints = [fingerprint, own.fingerprint].toSorted();
  assert.deepEqual([first.told().trusted, second.told().trusted], [[fingerprint], fingerprints]);
  // The entry is the first one's, and foreign for the other one.
  assert.deepEqual(Object.keys(await one.ours()), [fingerprint]);
  assert.deepEqual(Object.keys(await other.ours()), [own.fingerprint]);
  first.offer(0, []);
  await one.settle();
  assert.deepEqual(await one.ours(), {});
  await other.updateStatus();
  assert.deepEqual(Object.keys(await other.ours()).toSorted(), fingerprints);
  assert.deepEqual([first.told().trusted, second.told().trusted], [[], fingerprints]);
  // Now it is the other way round.
  first.offer(0, [certificate]);
  await one.settle();
  assert.deepEqual([await one.ours(), first.told().trusted], [{}, [fingerprint]]);
  second.offer(0, [own]);
  await other.settle();
  await one.updateStatus();
  assert.deepEqual(Object.keys(await one.ours()), [fingerprint]);
  other.model.removeApplication(APPLICATION);
  await other.model.settle();
  assert.deepEqual(await other.ours(), {});
  assert.deepEqual(Object.keys(await one.ours()), [fingerprint]);
  await one.updateStatus();
  assert.deepEqual(first.told().trusted, [fingerprint]);
});

Deno.test("two integrators on one LXD: an entry of the other one gives no more than is asked for", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("web");
  await using one = await deploy(lxd);
  await using other = await deploy(lxd, { config: { projects: "web" } });
  const certificate = await createCertificate();
  const [first, second] = [one.requirer("first"), other.requirer("second")];
  first.offer(0, [certificate]);
  await one.settle();
  second.offer(0, [certificate]);
  await other.settle();
  assert.deepEqual(second.told().trusted, []);
  assert.match(second.told().rejected[0]?.reason ?? "", /with access to more projects$/);
  first.offer(0, []);
  await one.settle();
  await other.updateStatus();
  assert.deepEqual([second.told().trusted, second.told().rejected], [
    [certificate.fingerprint],
    [],
  ]);
});

Deno.test("two integrators on one LXD: the removal of the one that registered it is healed", async () => {
  await using lxd = await startLxd();
  await using one = await deploy(lxd);
  await using other = await deploy(lxd);
  const certificate = await createCertificate();
  const { fingerprint } = certificate;
  const [first, second] = [one.requirer("first"), other.requirer("second")];
  first.offer(0, [certificate]);
  await one.settle();
  second.offer(0, [certificate]);
  await other.settle();
  assert.deepEqual(await other.ours(), {});
  one.model.removeApplication(APPLICATION);
  await one.model.settle();
  assert.deepEqual(await one.ours(), {});
  await other.updateStatus();
  assert.deepEqual(await other.ours(), { [fingerprint]: "1:second-0" });
  assert.deepEqual(second.told().trusted, [fingerprint]);
});
