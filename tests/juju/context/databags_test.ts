import assert from "node:assert/strict";
import { addWeb, sampleModel } from "../testing/sample_model.ts";

Deno.test("databags() returns databags of applications and of units in scope", async () => {
  await using model = await sampleModel();
  const relation = addWeb(model, 2);
  relation.writeApp("web", { flavor: "mild" });
  await model.settle();
  model.removeUnit("web/1");
  const bags = model.databags();
  assert.deepEqual(Object.keys(bags).sort(), ["0 sample/0", "1 sample/0", "1 web", "1 web/0"]);
  assert.deepEqual(bags["1 web"], { flavor: "mild" });
  assert.deepEqual(bags["1 web/0"], relation.read("web/0"));
});

Deno.test("relation-ids is empty in install", async () => {
  const found: string[] = [];
  await using model = await sampleModel({
    body: async ({ callTool, hook }) => {
      if (hook !== "install" && hook !== "api-relation-created") return;
      found.push((await callTool("relation-ids", ["api", "--format=json"])).stdout);
      if (hook === "install") return;
      found.push((await callTool("relation-list", ["--format=json"])).stdout);
    },
  });
  addWeb(model);
  await model.settle();
  assert.deepEqual(found, ["[]\n", '["api:1"]\n', "[]\n"]);
});

Deno.test.each(
  [
    { jujuVersion: "3.6.28", own: "[]\n" },
    { jujuVersion: "4.0.15", own: '["api:1"]\n' },
  ] as const,
)(
  "relation-ids of $jujuVersion hides a broken relation from other hooks",
  async ({ jujuVersion, own }) => {
    const found: string[] = [];
    const inBroken: string[] = [];
    await using model = await sampleModel({
      jujuVersion,
      body: async ({ callTool, hook }) => {
        if (hook === "api-relation-broken") {
          inBroken.push((await callTool("relation-ids", ["api", "--format=json"])).stdout);
        }
        if (hook !== "config-changed") return;
        found.push((await callTool("relation-ids", ["api", "--format=json"])).stdout);
      },
    });
    const relation = addWeb(model);
    await model.settle();
    model.removeRelation(relation);
    await model.step();
    assert.deepEqual(model.pending().map(({ hook }) => hook), [
      "api-relation-broken",
    ]);
    // config-changed precedes relation hooks.
    model.configure("sample", { port: 1 });
    await model.step();
    assert.deepEqual(found, ['["api:1"]\n', "[]\n"]);
    await model.settle();
    assert.deepEqual(inBroken, [own]);
  },
);

Deno.test("relation-list follows the unit's own hooks, and relation-get reads a cache", async () => {
  const seen: string[] = [];
  await using model = await sampleModel({
    body: async ({ callTool, env, hook }) => {
      if (!hook.startsWith("api-relation-")) return;
      const list = await callTool("relation-list", ["--format=json"]);
      const other = await callTool("relation-get", ["-", "web/1"]);
      const value = /value: (\S+)/.exec(other.stdout)?.[1] ?? "none";
      seen.push(
        `${hook} ${env["JUJU_REMOTE_UNIT"]} ${list.stdout.trim()} ${value}`,
      );
    },
  });
  const relation = addWeb(model, 2);
  relation.write("web/1", { value: "old" });
  await model.settle();
  relation.write("web/0", { x: "1" });
  relation.write("web/1", { value: "new" });
  await model.settle();
  model.removeUnit("web/1");
  await model.settle();
  assert.deepEqual(seen, [
    "api-relation-created  [] old",
    'api-relation-joined web/0 ["web/0"] old',
    'api-relation-changed web/0 ["web/0"] old',
    'api-relation-joined web/1 ["web/0","web/1"] old',
    'api-relation-changed web/1 ["web/0","web/1"] old',
    // web/1 is a member, and its own -changed has not run yet.
    'api-relation-changed web/0 ["web/0","web/1"] old',
    'api-relation-changed web/1 ["web/0","web/1"] new',
    'api-relation-departed web/1 ["web/0"] new',
  ]);
});

Deno.test("network keys that config-changed writes stay until the next config-changed", async () => {
  let wanted: string | undefined = "192.0.2.1";
  await using model = await sampleModel({
    body: async ({ callTool, hook }) => {
      if (hook !== "config-changed" || wanted === undefined) return;
      await callTool("relation-set", ["-r", "1", `ingress-address=${wanted}`]);
    },
  });
  const relation = addWeb(model);
  await model.settle();
  assert.equal(relation.read("sample/0")["ingress-address"], wanted);
  wanted = undefined;
  model.configure("sample", { port: 1 });
  await model.settle();
  assert.equal(relation.read("sample/0")["ingress-address"], "10.100.0.2");
});
