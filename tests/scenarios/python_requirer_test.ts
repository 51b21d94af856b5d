import assert from "node:assert/strict";
import { type SampleCharm, sampleCharm } from "../juju/mod.ts";
import { startCluster } from "../lxd/real.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";

const SOURCE = new URL("../charms/py-tester/", import.meta.url);
const SECOND = `${APPLICATION}/1`;

/** Libraries of requirers in Python: the oldest maintained versions, and new versions. */
const ENVIRONMENTS = [
  { name: "ops-oldest", requirements: ["ops==2.8.0", "pylxd==2.3.7"] },
  { name: "ops-newest", requirements: ["ops==3.9.0", "pylxd==2.4.2"] },
];

/** Returns the charm, which runs on the Python of an environment. */
async function pythonCharm(name: string, requirements: readonly string[]): Promise<SampleCharm> {
  const python = await ensureVirtualEnvironment(name, requirements);
  const read = (path: string) => Deno.readTextFile(new URL(path, SOURCE));
  return await sampleCharm({
    "metadata.yaml": await read("metadata.yaml"),
    "config.yaml": "{}",
    "actions.yaml": "{}",
    "src/charm.py": await read("src/charm.py"),
    dispatch: `#!/bin/sh\nexec ${python} src/charm.py\n`,
  });
}

Deno.test("python: a requirer that reads the event's unit joins, scales and leaves over a cluster", async (t) => {
  await using lxd = await startCluster();
  const names = lxd.members.map(({ name }) => name).join(", ");
  for (const { name, requirements } of ENVIRONMENTS) {
    await t.step(requirements.join(", "), async () => {
      await using charm = await pythonCharm(name, requirements);
      await using deployment = await deploy(lxd, { units: 2 });
      const { model } = deployment;
      const before = await lxd.trustStore();
      await model.deploy(charm.path, { name: "py-tester" });
      const relation = model.relate(`${APPLICATION}:api`, "py-tester:lxd");
      await deployment.settle();
      const active = { status: "active", message: `${names}: 0 instances` };
      assert.deepEqual(model.status("py-tester/0"), active);
      assert.deepEqual(Object.values(await deployment.ours()), [`${relation.id}:py-tester-0`]);
      assert.deepEqual(
        relation.readApp(APPLICATION),
        {},
        "an application that asks nothing gets no answer",
      );

      const second = model.addUnit("py-tester");
      await deployment.settle();
      for (const unit of ["py-tester/0", second]) assert.deepEqual(model.status(unit), active);
      assert.deepEqual(Object.values(await deployment.ours()).sort(), [
        `${relation.id}:py-tester-0`,
        `${relation.id}:py-tester-1`,
      ]);
      // A new leader publishes in the same databags.
      model.setLeader(SECOND);
      await deployment.updateStatus();
      for (const unit of ["py-tester/0", second]) assert.deepEqual(model.status(unit), active);

      model.removeUnit("py-tester/0");
      await deployment.settle();
      assert.deepEqual(Object.values(await deployment.ours()), [`${relation.id}:py-tester-1`]);
      model.removeRelation(relation);
      await deployment.settle();
      assert.equal(model.status(second).status, "blocked");
      assert.deepEqual(await lxd.trustStore(), before);
      const failed = model.runs.filter(({ outcome }) => outcome === "failed");
      assert.deepEqual(failed.map(({ hook, unit, stderr }) => [unit, hook, stderr]), []);
      model.removeApplication(APPLICATION);
      await deployment.settle();
    });
  }
});
