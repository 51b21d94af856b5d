import assert from "node:assert/strict";
import { createModel } from "../model/create_model.ts";
import { sampleCharm, script } from "../testing/sample_charm.ts";
import { firstRun } from "../testing/sample_model.ts";

Deno.test("dispatch replaces the files in hooks/", async () => {
  const { run } = await firstRun(script("echo hook"), {
    dispatch: script("echo $JUJU_DISPATCH_PATH"),
  });
  assert.equal(run.stdout, "hooks/install\n");
});

Deno.test("a file that is not executable fails the hook", async () => {
  const { run } = await firstRun(script("echo hook"), {
    dispatch: { text: "#!/bin/sh\n", mode: 0o644 },
  });
  assert.equal(run.outcome, "failed");
  assert.match(run.error, /^exec: ".*\/dispatch": permission denied$/);
});

Deno.test("Juju skips a missing hook, which counts as successful", async () => {
  await using charm = await sampleCharm();
  await using model = await createModel();
  await model.deploy(charm.path);
  await model.settle();
  assert.deepEqual(
    model.runs.map(({ hook, outcome }) => [hook, outcome]),
    ["install", "cluster-relation-created", "leader-elected", "config-changed", "start"]
      .map((hook) => [hook, "skipped"]),
  );
  assert.deepEqual(model.status("sample/0"), { status: "unknown", message: "" });
});
