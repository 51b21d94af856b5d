import assert from "node:assert/strict";
import { createModel } from "../model/create_model.ts";
import { sampleCharm } from "../testing/sample_charm.ts";

const BAD_CHARMS = [
  {
    files: { "metadata.yaml": "name: a\nprovides: {juju-x: http}\n" },
    message: 'Cannot use "juju-x" for a provides endpoint: reserved',
  },
  {
    files: { "config.yaml": "options: {trust: {type: boolean}}\n" },
    message: 'Cannot read option "trust": the name is Juju\'s own',
  },
  {
    files: { "config.yaml": "options: {a: {type: map}}\n" },
    message: 'Cannot read option "a": unknown type "map"',
  },
  {
    files: { "actions.yaml": "Bad: {}\n" },
    message: 'Cannot read action "Bad": bad action name',
  },
] as const;

for (const { files, message } of BAD_CHARMS) {
  Deno.test(`deploy() refuses a charm: ${message}`, async () => {
    await using charm = await sampleCharm(files);
    await using model = await createModel();
    await assert.rejects(model.deploy(charm.path), { message });
  });
}

Deno.test("deploy() needs manifest.yaml from 4.0 on", async () => {
  await using charm = await sampleCharm();
  await Deno.remove(`${charm.path}/manifest.yaml`);
  await using juju3 = await createModel({ jujuVersion: "3.6.28" });
  await juju3.deploy(charm.path);
  await using juju4 = await createModel({ jujuVersion: "4.0.15" });
  await assert.rejects(juju4.deploy(charm.path), {
    message: "charm manifest not found",
  });
});
