import assert from "node:assert/strict";
import type { JujuVersion } from "../charm/juju_version.ts";
import { sampleModel } from "../testing/sample_model.ts";

/** A model whose units set a version in update-status. */
async function versionedModel(jujuVersion: JujuVersion) {
  let version = "1.0";
  const model = await sampleModel({
    jujuVersion,
    units: 2,
    body: async ({ callTool, hook }) => {
      if (hook === "update-status") await callTool("application-version-set", [version]);
    },
  });
  await model.settle();
  const set = async (unit: string, next: string) => {
    version = next;
    model.updateStatus(unit);
    await model.settle();
  };
  return { model, set, shown: () => model.workloadVersion("sample") };
}

Deno.test.each(
  [
    { jujuVersion: "3.6.28", added: "", removed: "1.0" },
    { jujuVersion: "4.0.15", added: "2.0", removed: "2.0" },
  ] as const,
)("application-version-set sets a unit's version in $jujuVersion", async (given) => {
  const { model, set, shown } = await versionedModel(given.jujuVersion);
  await using _ = model;
  assert.equal(shown(), "");
  await set("sample/1", "1.0");
  assert.equal(shown(), "1.0");
  await set("sample/0", "2.0");
  assert.equal(shown(), "2.0", "the last one counts, whoever set it");
  const added = model.addUnit("sample");
  await model.settle();
  assert.equal(shown(), given.added, "a new unit has an empty version");
  model.removeUnit(added);
  model.removeUnit("sample/0");
  await model.settle();
  assert.equal(shown(), given.removed, "a unit takes its version with it");
});
