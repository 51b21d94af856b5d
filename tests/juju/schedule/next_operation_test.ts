import assert from "node:assert/strict";
import { sampleCharm } from "../testing/sample_charm.ts";
import { addWeb, hooks, sampleModel, since } from "../testing/sample_model.ts";

Deno.test("settle() runs the hooks of a deploy in Juju's order", async () => {
  await using model = await sampleModel();
  const relation = addWeb(model);
  relation.writeApp("web", { flavor: "mild" });
  await model.settle();
  assert.deepEqual(hooks(model), [
    "sample/0 install",
    "sample/0 api-relation-created",
    "sample/0 cluster-relation-created",
    "sample/0 leader-elected",
    "sample/0 config-changed",
    "sample/0 start",
    "sample/0 api-relation-changed",
    "sample/0 api-relation-joined web/0",
    "sample/0 api-relation-changed web/0",
  ]);
});

Deno.test("settle() runs leader-settings-changed only before 4.0", async () => {
  await using juju3 = await sampleModel({ units: 2, jujuVersion: "3.6.28" });
  await juju3.settle();
  assert.ok(hooks(juju3).includes("sample/1 leader-settings-changed"));
  await using juju4 = await sampleModel({ units: 2, jujuVersion: "4.0.15" });
  await juju4.settle();
  assert.ok(!hooks(juju4).includes("sample/1 leader-settings-changed"));
});

Deno.test("settle() runs -joined and -changed of each remote unit together", async () => {
  await using model = await sampleModel();
  await model.settle();
  const ran = await since(model, () => addWeb(model, 2));
  assert.deepEqual(ran, [
    "sample/0 api-relation-created",
    "sample/0 api-relation-joined web/0",
    "sample/0 api-relation-changed web/0",
    "sample/0 api-relation-joined web/1",
    "sample/0 api-relation-changed web/1",
  ]);
});

Deno.test("write() queues -changed only if a value changed", async () => {
  await using model = await sampleModel();
  const relation = addWeb(model);
  await model.settle();
  const change = () => relation.write("web/0", { a: "1" });
  assert.deepEqual(await since(model, change), [
    "sample/0 api-relation-changed web/0",
  ]);
  assert.deepEqual(await since(model, change), []);
  assert.deepEqual(
    await since(model, () => relation.write("web/0", { a: undefined })),
    ["sample/0 api-relation-changed web/0"],
  );
  assert.deepEqual(
    await since(model, () => relation.writeApp("web", { b: "" })),
    [],
  );
  assert.deepEqual(
    await since(model, () => relation.writeApp("web", { b: "2" })),
    ["sample/0 api-relation-changed"],
  );
});

Deno.test.each(
  [
    // The leader runs no hook for its own write.
    { jujuVersion: "3.6.28", own: [] },
    { jujuVersion: "4.0.15", own: ["sample/0 cluster-relation-changed"] },
  ] as const,
)(
  "flush() of equal values queues nothing for peers in $jujuVersion",
  async ({ jujuVersion, own }) => {
    await using model = await sampleModel({
      jujuVersion,
      units: 2,
      body: async ({ callTool, hook }) => {
        if (hook === "update-status") {
          await callTool("relation-set", ["-r", "0", "same=1"]);
          await callTool("relation-set", ["-r", "0", "--app", "all=1"]);
        }
      },
    });
    await model.settle();
    const tick = () => model.updateStatus("sample/0");
    assert.deepEqual(await since(model, tick), [
      "sample/0 update-status",
      ...own,
      "sample/1 cluster-relation-changed",
      "sample/1 cluster-relation-changed sample/0",
    ]);
    assert.deepEqual(await since(model, tick), ["sample/0 update-status"]);
  },
);

const VERSIONS = [
  { jujuVersion: "3.6.28", times: 1 },
  { jujuVersion: "4.0.15", times: 2 },
] as const;

Deno.test.each(VERSIONS)(
  "trust() and untrust() run config-changed on every unit, in $jujuVersion $times times",
  async ({ jujuVersion, times }) => {
    await using model = await sampleModel({ units: 2, jujuVersion });
    await model.settle();
    const all = ["sample/0 config-changed", "sample/1 config-changed"]
      .flatMap((run) => Array<string>(times).fill(run));
    assert.deepEqual(await since(model, () => model.trust("sample")), all);
    assert.deepEqual(await since(model, () => model.trust("sample")), []);
    assert.deepEqual(await since(model, () => model.untrust("sample")), all);
    const cloud = { type: "lxd", name: "other" };
    assert.deepEqual(await since(model, () => model.setCloud(cloud)), []);
  },
);

Deno.test.each(VERSIONS)(
  "configure() runs config-changed in $jujuVersion $times times per change",
  async ({ jujuVersion, times }) => {
    await using model = await sampleModel({ jujuVersion });
    await model.settle();
    const changed = Array<string>(times).fill("sample/0 config-changed");
    const set = (port: number | null) => () => model.configure("sample", { port });
    assert.deepEqual(await since(model, set(1)), changed);
    assert.deepEqual(await since(model, set(1)), []);
    assert.deepEqual(await since(model, set(null)), changed);
  },
);

Deno.test("setLeader() elects the new leader", async () => {
  await using model = await sampleModel({ units: 2, jujuVersion: "4.0.15" });
  await model.settle();
  assert.deepEqual(await since(model, () => model.setLeader("sample/1")), [
    "sample/1 leader-elected",
  ]);
  assert.deepEqual(await since(model, () => model.setLeader("sample/0")), [
    "sample/0 leader-elected",
  ]);
});

Deno.test("pick chooses among the hooks that Juju allows", async () => {
  const choices: number[] = [];
  await using model = await sampleModel({
    units: 2,
    pick: (candidates) => {
      choices.push(candidates.length);
      return candidates.length - 1;
    },
  });
  await model.settle();
  assert.equal(hooks(model)[0], "sample/1 install");
  assert.ok(choices.length > 0);
});

Deno.test("related charms read the databags of each other", async () => {
  const seen: string[] = [];
  await using model = await sampleModel({
    body: async ({ callTool, env, hook, unit }) => {
      if (hook === "api-relation-created") {
        await callTool("relation-set", ["url=http://sample"]);
      }
      if (hook === "db-relation-changed" && env["JUJU_REMOTE_UNIT"]) {
        seen.push(unit, (await callTool("relation-get", ["url"])).stdout);
      }
    },
  });
  await using other = await sampleCharm({
    dispatch: "",
    "metadata.yaml": "name: web\nrequires: {db: http}\n",
    "config.yaml": "{}",
  });
  await model.deploy(other.path);
  model.relate("web", "sample");
  await model.settle();
  assert.deepEqual(seen, ["web/0", "http://sample\n"]);
});
