import assert from "node:assert/strict";
import type { Model } from "../model/api.ts";
import { createModel } from "../model/create_model.ts";
import { sampleCharm, type SampleFiles, script } from "../testing/sample_charm.ts";
import { runProcess } from "./runner.ts";

/** Makes a model with a charm whose hooks are processes. */
async function deployed(files: SampleFiles, units = 1): Promise<Model> {
  await using charm = await sampleCharm(files);
  const model = await createModel();
  await model.deploy(charm.path, { units });
  return model;
}

Deno.test("failTool() fails the n-th call with the given message", async () => {
  await using model = await deployed({
    "hooks/install": script(
      "config-get port",
      "config-get port || echo refused $?",
      "config-get port",
    ),
  });
  model.faults.failTool({
    tool: "config-get",
    nth: 2,
    exitCode: 7,
    stderr: "ERROR no\n",
  });
  const run = await model.step();
  assert.equal(run?.stdout, "8443\nrefused 7\n8443\n");
  assert.equal(run?.stderr, "ERROR no\n");
  assert.deepEqual(run?.tools.map(({ exitCode }) => exitCode), [0, 7, 0]);
});

Deno.test("denyCredential() refuses one call of a trusted charm", async () => {
  await using charm = await sampleCharm({
    "hooks/install": script("credential-get --format=json"),
  });
  await using model = await createModel({ cloud: { type: "lxd", name: "l" } });
  await model.deploy(charm.path, { trust: true });
  model.faults.denyCredential();
  await assert.rejects(model.settle(), /permission denied/);
  await model.settle();
  assert.equal(model.runs[1]?.stdout, '{"type":"lxd","name":"l"}\n');
});

Deno.test("killAtToolCall() kills the hook and its children, and the hook runs again", async () => {
  await using model = await deployed({
    "hooks/install": script(
      "state-set one=1",
      "status-set active kept",
      "(sleep 60; state-set never=1) &",
      "state-set two=2",
    ),
  });
  model.faults.killAtToolCall({ hook: "install", call: 3 });
  const run = await model.step();
  assert.equal(run?.outcome, "killed");
  assert.equal(run?.signal, "SIGKILL");
  assert.deepEqual(
    run?.tools.map(({ exitCode, tool }) => [tool, exitCode]),
    [["state-set", 0], ["status-set", 0], ["state-set", null]],
  );
  assert.deepEqual(model.charmState("sample/0"), {});
  assert.deepEqual(model.status("sample/0"), {
    status: "active",
    message: "kept",
  });
  assert.deepEqual(model.pending(), [{ unit: "sample/0", hook: "install" }]);
});

Deno.test("killAtToolCall() can let the tool act before the kill", async () => {
  await using model = await deployed({
    "hooks/install": script("status-set active kept", "state-set two=2"),
  });
  model.faults.killAtToolCall({ call: 1, acts: true });
  const run = await model.step();
  assert.equal(run?.outcome, "killed");
  assert.deepEqual(run?.tools.map(({ exitCode, tool }) => [tool, exitCode]), [
    ["status-set", null],
  ]);
  assert.deepEqual(model.status("sample/0"), { status: "active", message: "kept" });
});

Deno.test("killRunning() kills the running hook", async () => {
  let begun = false;
  await using model = await createModel({
    run: async (execution) => {
      const ended = runProcess(execution);
      if (!begun) model.faults.killRunning();
      begun = true;
      return await ended;
    },
  });
  await using charm = await sampleCharm({ "hooks/install": script("sleep 0.05", "state-set a=b") });
  await model.deploy(charm.path);
  assert.throws(() => model.faults.killRunning(), /none runs/);
  assert.equal((await model.step())?.outcome, "killed");
  assert.deepEqual(model.charmState("sample/0"), {});
  assert.equal((await model.step())?.outcome, "done");
  assert.deepEqual(model.charmState("sample/0"), { a: "b" });
});

Deno.test("settle() runs a killed hook again", async () => {
  await using model = await deployed({
    "hooks/install": script("state-set one=1", "state-set two=2"),
  });
  model.faults.killAtToolCall({ call: 2 });
  await model.settle();
  assert.deepEqual(model.runs.slice(0, 2).map(({ outcome }) => outcome), [
    "killed",
    "done",
  ]);
  assert.deepEqual(model.charmState("sample/0"), { one: "1", two: "2" });
});

Deno.test("loseLeadershipAtFlush() fails the hook and drops its writes", async () => {
  await using model = await deployed({
    "hooks/update-status": script(
      "relation-set -r 0 unit=1",
      "is-leader",
      'if [ "$(is-leader)" = True ]; then relation-set -r 0 --app app=1; fi',
    ),
  }, 2);
  await model.settle();
  model.faults.loseLeadershipAtFlush();
  model.updateStatus("sample/0");
  await assert.rejects(
    model.settle(),
    /hook "update-status" of sample\/0 failed: "sample\/0" is not leader of "sample"/,
  );
  assert.equal(model.leader("sample"), "sample/1");
  assert.equal(model.runs.at(-1)?.exitCode, 0);
  await model.settle();
  // The hook runs again without the leadership, and writes only the unit's databag.
  assert.equal(
    model.runs.findLast(({ hook }) => hook === "update-status")
      ?.stdout,
    "False\n",
  );
});

Deno.test("loseLeadershipAtFlush() does not affect hooks that need no leadership", async () => {
  await using model = await deployed({
    "hooks/install": script("state-set a=b"),
  });
  model.faults.loseLeadershipAtFlush();
  await model.settle();
  assert.deepEqual(model.charmState("sample/0"), { a: "b" });
});

Deno.test("clear() removes all faults", async () => {
  await using model = await deployed({ "hooks/install": script("is-leader") });
  model.faults.killAtToolCall({ call: 1 });
  model.faults.failTool({ tool: "is-leader" });
  model.faults.clear();
  assert.equal((await model.step())?.outcome, "done");
});
