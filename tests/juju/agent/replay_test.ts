import assert from "node:assert/strict";
import { sampleCharm } from "../testing/sample_charm.ts";
import { addWeb, DONE, FAILED, hooks, sampleModel, since } from "../testing/sample_model.ts";

Deno.test("a failed hook loses its writes and runs again", async () => {
  let failures = 2;
  const own: string[] = [];
  await using model = await sampleModel({
    body: async ({ callTool, hook }) => {
      if (hook !== "api-relation-changed") return;
      own.push(
        (await callTool("relation-get", ["draft", "sample/0"])).stdout.trim(),
      );
      await callTool("relation-set", ["draft=1"]);
      await callTool("state-set", ["k=v"]);
      await callTool("status-set", ["active", "half done"]);
      return failures-- > 0 ? FAILED : DONE;
    },
  });
  const relation = addWeb(model);
  await assert.rejects(model.settle({ replays: 1 }), {
    message: 'Cannot settle: hook "api-relation-changed" of sample/0 failed: exit status 1\n',
  });
  assert.equal(relation.read("sample/0")["draft"], undefined);
  assert.deepEqual(model.charmState("sample/0"), {});
  assert.deepEqual(model.status("sample/0"), {
    status: "error",
    message: 'hook failed: "api-relation-changed"',
  });
  assert.deepEqual(model.runs.at(-1)?.statusAfter, {
    status: "active",
    message: "half done",
  });
  // The failed hook runs before all others, even before config-changed.
  model.configure("sample", { port: 1 });
  assert.deepEqual(model.pending().map(({ hook }) => hook), [
    "api-relation-changed",
  ]);
  await model.settle();
  assert.deepEqual(own, ["", "", ""]);
  assert.equal(relation.read("sample/0")["draft"], "1");
  assert.deepEqual(model.charmState("sample/0"), { k: "v" });
});

Deno.test("resolve() skips a failed hook", async () => {
  await using model = await sampleModel({
    body: ({ hook }) => Promise.resolve(hook === "install" ? FAILED : DONE),
  });
  await assert.rejects(model.settle());
  model.resolve("sample/0");
  await model.settle();
  assert.equal(model.runs.at(-1)?.hook, "start");
});

Deno.test("a failed -changed runs again for the same databag", async () => {
  let failures = 1;
  await using model = await sampleModel({
    body: ({ hook }) =>
      Promise.resolve(hook === "api-relation-changed" && failures-- > 0 ? FAILED : DONE),
  });
  const relation = addWeb(model, 2);
  await assert.rejects(model.settle());
  relation.write("web/0", { a: "1" });
  const ran = await since(model, () => {});
  assert.deepEqual(ran, [
    "sample/0 api-relation-changed web/0",
    "sample/0 api-relation-joined web/1",
    "sample/0 api-relation-changed web/1",
    // The later write starts its own hook.
    "sample/0 api-relation-changed web/0",
  ]);
});

Deno.test("a failed secret-changed runs again for the same revision", async () => {
  let uri = "";
  let failures = 1;
  await using model = await sampleModel({
    body: async ({ callTool, hook }) => {
      if (hook === "update-status") await callTool("secret-get", [uri]);
      return hook === "secret-changed" && failures-- > 0 ? FAILED : DONE;
    },
  });
  await model.settle();
  uri = model.addSecret("mine", { key: "one" });
  model.grantSecret(uri, "sample");
  await since(model, () => model.updateStatus("sample"));
  model.updateSecret(uri, { key: "two" });
  await assert.rejects(model.settle());
  model.updateSecret(uri, { key: "three" });
  assert.deepEqual(await since(model, () => {}), [
    "sample/0 secret-changed",
    "sample/0 secret-changed",
  ]);
});

Deno.test("a unit that lost the leadership skips leader-elected", async () => {
  await using model = await sampleModel({
    units: 2,
    jujuVersion: "4.0.15",
    body: ({ hook, unit }) =>
      Promise.resolve(unit === "sample/0" && hook === "leader-elected" ? FAILED : DONE),
  });
  await assert.rejects(model.settle());
  model.setLeader("sample/1");
  await model.settle();
  const elected = hooks(model).filter((hook) => hook.endsWith("leader-elected"));
  assert.deepEqual(elected, ["sample/0 leader-elected", "sample/1 leader-elected"]);
});

Deno.test("in 3.6, removal of a relation by force drops its failed hook", async () => {
  await using model = await sampleModel({
    jujuVersion: "3.6.28",
    body: ({ hook }) => Promise.resolve(hook === "api-relation-created" ? FAILED : DONE),
  });
  const relation = addWeb(model);
  await assert.rejects(model.settle());
  const ran = await since(model, () => model.removeRelation(relation, { force: true }));
  assert.equal(ran[0], "sample/0 cluster-relation-created");
});

Deno.test("a killed install does not run again for a removed unit", async () => {
  await using model = await sampleModel({
    body: () => Promise.resolve({ ...DONE, signal: "SIGKILL" }),
  });
  await model.step();
  assert.deepEqual(model.pending(), [{ unit: "sample/0", hook: "install" }]);
  assert.deepEqual(await since(model, () => model.removeUnit("sample/0")), []);
  assert.deepEqual(model.units("sample"), []);
});

Deno.test("config-changed follows upgrade-charm even if the unit is removed during upgrade-charm", async () => {
  await using model = await sampleModel({
    body: ({ hook }) => {
      if (hook === "upgrade-charm") model.removeUnit("sample/0");
    },
  });
  await model.settle();
  await using charm = await sampleCharm({ dispatch: "" });
  assert.deepEqual(await since(model, () => model.refresh("sample", charm.path)), [
    "sample/0 upgrade-charm",
    "sample/0 config-changed",
    "sample/0 stop",
    "sample/0 remove",
  ]);
});
