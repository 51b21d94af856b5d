import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { until, waitForMember } from "../lxd/administration.ts";
import { startCluster, VERSION } from "../lxd/servers.ts";
import { completed, runAction, type Shown } from "../harness/actions.ts";
import { deploy } from "../harness/deployment.ts";

const WAIT_MS = 60_000;

Deno.test("list-nodes and check: a cluster loses members, and its quorum", async () => {
  await using lxd = await startCluster();
  const [first, second, third] = lxd.members;
  assert.ok(first && second && third);
  await using deployment = await deploy(lxd, { cloud: { endpoint: first.endpoint } });
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  const whole = await completed(deployment, "list-nodes");
  assert.deepEqual([whole.total, whole.published, whole.clustered], ["3", "3", "true"]);
  for (const [index, { name, endpoint }] of lxd.members.entries()) {
    const { "round-trip-ms": ms, ...row } = whole.nodes[`00${index + 1}`];
    const expected = {
      name,
      address: endpoint,
      status: "Online",
      published: "yes",
      version: VERSION,
    };
    assert.deepEqual(row, expected);
    assert.match(ms, /^\d+$/);
  }
  const { endpoints } = await completed(deployment, "get-connection-info");
  assert.equal(endpoints, lxd.members.map(({ endpoint }) => endpoint).join(", "));

  await third.kill();
  await waitForMember(lxd, third.name, "Offline");
  const two = await completed(deployment, "list-nodes");
  assert.deepEqual([two.total, two.published], ["3", "2"]);
  const { reason, problem, ...away } = two.nodes["003"];
  assert.deepEqual(away, {
    name: third.name,
    address: third.endpoint,
    status: "Offline",
    published: "no",
  });
  assert.match(reason, /^LXD reports it as Offline: /);
  assert.equal(problem, "no answer: connection refused");
  const detail = clusterStep((await completed(deployment, "check")).steps);
  assert.match(detail, /^3 members, 2 of 3 voters of the database are online; member3 is Offline$/);

  await second.kill();
  await until("fail without a quorum", WAIT_MS, async () => {
    const { status, message } = await runAction(deployment, "check");
    if (status !== "failed") return false;
    assert.match(message, /No quorum|No answer|start/);
    return true;
  });
  for (const name of ["list-nodes", "list-certificates", "reconcile"]) {
    const { status, message } = await runAction(deployment, name);
    assert.equal(status, "failed", name);
    assert.match(message, /^No answer from .*; (start LXD there|look at LXD's log there)/, name);
  }
});

function clusterStep(steps: Shown): string {
  const [key = ""] = Object.keys(steps).filter((name) => name.endsWith("-cluster"));
  return steps[key].detail;
}
