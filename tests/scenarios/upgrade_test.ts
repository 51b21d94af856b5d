import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { authOf } from "../lxd/client.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import { deploy } from "../harness/deployment.ts";

for (const dialect of TESTED_DIALECTS) {
  Deno.test(`upgrade: the charm publishes members of LXD ${dialect} that serve, though all are blocked`, async () => {
    await using lxd = await startStandIn({ dialect, members: 3 });
    await using deployment = await deploy(lxd, { units: 2 });
    const requirer = deployment.requirer();
    const [first, second] = [await createCertificate(), await createCertificate()];
    requirer.offer(0, [first]);
    await deployment.settle();
    const [one, two, three] = lxd.members;
    assert.ok(one && two && three);
    const nodes = () => requirer.told().nodes;
    assert.deepEqual(nodes(), [one.name, two.name, three.name]);
    for (const { name } of lxd.members) lxd.setMemberStatus(name, "Blocked");
    // The third member is down for its upgrade. The others still serve.
    await three.stop();
    await deployment.updateStatus();
    assert.deepEqual(nodes(), [one.name, two.name]);
    assert.match(
      deployment.status(),
      /^active: LXD \S+: 2 nodes \(upgrading\), 1 certificate$/,
    );
    requirer.offer(0, [second]);
    await deployment.settle();
    const { endpoints, server, trusted } = requirer.told();
    assert.deepEqual(trusted, [second.fingerprint]);
    for (const endpoint of endpoints) {
      assert.equal(await authOf(endpoint, second, server ?? ""), "trusted");
    }
    // The status still counts rejections.
    requirer.offer(0, [second, "rubbish"]);
    await deployment.settle();
    assert.match(deployment.status(), /\(upgrading\), 1 certificate, 1 rejected$/);
    await one.stop();
    await deployment.updateStatus();
    assert.deepEqual(nodes(), [two.name]);
    await Promise.all([one.start(), three.start()]);
    for (const { name } of lxd.members) lxd.setMemberStatus(name, "Online");
    await deployment.updateStatus();
    assert.deepEqual(nodes(), [one.name, two.name, three.name]);
    assert.match(deployment.status(), /^active: LXD \S+: 3 nodes, 1 certificate, 1 rejected$/);
  });
}
