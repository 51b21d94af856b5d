import assert from "node:assert/strict";
import { DONE, FAILED, sampleModel } from "../testing/sample_model.ts";

Deno.test("Juju sets a status before install, stop and remove", async () => {
  const seen: string[] = [];
  await using model = await sampleModel({
    body: ({ hook, unit }) => {
      const { message, status } = model.status(unit);
      seen.push(`${hook}: ${status} ${message}`.trim());
    },
  });
  await model.settle();
  model.removeUnit("sample/0");
  await model.settle();
  assert.deepEqual(seen, [
    "install: maintenance installing charm software",
    "cluster-relation-created: maintenance installing charm software",
    "leader-elected: maintenance installing charm software",
    "config-changed: maintenance installing charm software",
    "start: maintenance installing charm software",
    "stop: maintenance stopping charm software",
    "remove: maintenance cleaning up prior to charm deletion",
  ]);
  assert.deepEqual(model.runs.at(-1)?.hook, "remove");
});

Deno.test("Juju overrides the status of a failed hook, and keeps the status of a successful one", async () => {
  let failures = 1;
  const seen: string[] = [];
  await using model = await sampleModel({
    body: async ({ callTool, hook, unit }) => {
      if (hook === "install") {
        seen.push(model.status(unit).message);
        await callTool("status-set", ["waiting", "for install"]);
        if (failures-- > 0) return FAILED;
      }
      return DONE;
    },
  });
  await model.settle({ replays: 1 });
  assert.deepEqual(seen, ["installing charm software", "installing charm software"]);
  assert.deepEqual(model.status("sample/0"), { status: "waiting", message: "for install" });
});
