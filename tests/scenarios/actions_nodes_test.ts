import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { until, waitForMember } from "../lxd/administration.ts";
import { startCluster, VERSION } from "../lxd/servers.ts";
import type { LxdMember } from "../lxd/world.ts";
import { completed, failed, runAction, type Shown } from "../harness/actions.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";

const WAIT_MS = 60_000;

Deno.test("list-nodes and check: a cluster loses members, and its quorum", async () => {
  await using lxd = await startCluster();
  const [first, second, third] = lxd.members;
  assert.ok(first && second && third);
  await using deployment = await deploy(lxd, { cloud: { endpoint: first.endpoint } });
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  await checkWhole(deployment);
  await third.kill();
  await waitForMember(lxd, third.name, "Offline");
  await checkWithout(deployment, third);
  await second.kill();
  const remedy = /most members of LXD's cluster must run: start those that are down$/;
  await until("fail without a quorum", WAIT_MS, async () => {
    const { status, message } = await runAction(deployment, "check");
    if (status !== "failed") return false;
    assert.match(message, remedy);
    return true;
  });
  for (const name of ["list-nodes", "list-certificates", "reconcile"]) {
    assert.match(await failed(deployment, name), remedy, name);
  }
});

async function checkWhole(deployment: Deployment): Promise<void> {
  const { members } = deployment.lxd;
  const { nodes, ...counts } = await completed(deployment, "list-nodes");
  assert.deepEqual(counts, { total: "3", published: "3", clustered: "true" });
  for (const [index, { name, endpoint: address }] of members.entries()) {
    const { "round-trip-ms": ms, ...row } = nodes[`00${index + 1}`];
    const expected = { name, address, status: "Online", published: "yes", version: VERSION };
    assert.deepEqual(row, expected);
    assert.match(ms, /^\d+$/);
  }
  const { endpoints } = await completed(deployment, "get-connection-info");
  assert.equal(endpoints, members.map(({ endpoint }) => endpoint).join(", "));
}

async function checkWithout(
  deployment: Deployment,
  { name, endpoint: address }: LxdMember,
): Promise<void> {
  const { nodes, ...counts } = await completed(deployment, "list-nodes");
  assert.deepEqual(counts, { total: "3", published: "2", clustered: "true" });
  const { reason, problem, ...away } = nodes["003"];
  assert.deepEqual(away, { name, address, status: "Offline", published: "no" });
  assert.match(reason, /^LXD reports it as Offline: /);
  assert.equal(problem, "no answer: connection refused");
  const detail = clusterStep((await completed(deployment, "check")).steps);
  assert.match(detail, /^3 members, 2 of 3 voters of the database are online; member3 is Offline$/);
}

function clusterStep(steps: Shown): string {
  const [key = ""] = Object.keys(steps).filter((name) => name.endsWith("-cluster"));
  return steps[key].detail;
}
