import assert from "node:assert/strict";
import { createModel } from "../model/create_model.ts";
import { type SampleCharm, sampleCharm } from "../testing/sample_charm.ts";

/** Returns a charm that supports the given versions of Ubuntu. */
async function charmFor(...versions: readonly string[]): Promise<SampleCharm> {
  const bases = versions.map((channel) => ({ name: "ubuntu", channel, architectures: ["amd64"] }));
  return await sampleCharm({ "manifest.yaml": JSON.stringify({ bases }), dispatch: "#!/bin/sh\n" });
}

Deno.test("deploy() takes the base that is asked for, Juju's own, or the charm's first", async () => {
  await using many = await charmFor("22.04", "24.04/stable", "26.04");
  await using old = await charmFor("20.04", "22.04");
  await using model = await createModel();
  await model.deploy(many.path, { name: "asked", base: "ubuntu@26.04" });
  await model.deploy(many.path, { name: "preferred" });
  await model.deploy(old.path, { name: "first" });
  assert.deepEqual(
    ["asked/0", "preferred/0", "first/0"].map(model.base),
    ["ubuntu@26.04", "ubuntu@24.04", "ubuntu@20.04"],
  );
  await assert.rejects(model.deploy(many.path, { base: "ubuntu@20.04" }), {
    message: 'base "ubuntu@20.04/stable" is not supported, ' +
      "supported bases are: ubuntu@22.04, ubuntu@24.04, ubuntu@26.04",
  });
});

Deno.test("refresh() refuses a charm that does not support the application's base", async () => {
  await using old = await charmFor("20.04", "22.04");
  await using next = await charmFor("22.04", "24.04");
  await using model = await createModel();
  await model.deploy(old.path);
  await model.settle();
  await assert.rejects(model.refresh("sample", next.path), {
    message: 'base "ubuntu@20.04" not supported by charm, ' +
      "the charm supported bases are: ubuntu@22.04, ubuntu@24.04",
  });
  await model.settle();
  assert.ok(!model.runs.some(({ hook }) => hook === "upgrade-charm"));
  await model.refresh("sample", old.path);
});

Deno.test("setApplicationBase() is for new units, and lets a refresh through", async () => {
  await using old = await charmFor("20.04", "22.04");
  await using next = await charmFor("22.04", "24.04");
  await using model = await createModel();
  await model.deploy(old.path);
  assert.throws(() => model.setApplicationBase("sample", "ubuntu@24.04"), {
    message: 'base "ubuntu@24.04" not supported by charm "sample", ' +
      "supported bases are: ubuntu@20.04, ubuntu@22.04",
  });
  model.setApplicationBase("sample", "ubuntu@22.04");
  await model.refresh("sample", next.path);
  const added = model.addUnit("sample");
  await model.settle();
  assert.deepEqual(["sample/0", added].map(model.base), ["ubuntu@20.04", "ubuntu@22.04"]);
});

Deno.test("a charm without bases runs on any", async () => {
  await using charm = await charmFor();
  await using next = await charmFor("22.04");
  await using model = await createModel();
  await model.deploy(charm.path);
  assert.equal(model.base("sample/0"), undefined);
  await model.refresh("sample", next.path);
});
