import assert from "node:assert/strict";
import { sampleCharm } from "../testing/sample_charm.ts";
import { addWeb, DONE, FAILED, hooks, sampleModel, since } from "../testing/sample_model.ts";

Deno.test("removeUnit() of a remote unit departs it", async () => {
  await using model = await sampleModel();
  const relation = addWeb(model, 2);
  relation.write("web/0", { a: "1" });
  await model.settle();
  assert.deepEqual(await since(model, () => model.removeUnit("web/0")), [
    "sample/0 api-relation-departed web/0",
  ]);
  assert.equal(relation.read("web/0")["a"], "1");
  assert.deepEqual(relation.units(), ["sample/0", "web/1"]);
});

Deno.test("removeRelation() departs each unit, then breaks", async () => {
  await using model = await sampleModel();
  const relation = addWeb(model, 2);
  await model.settle();
  assert.deepEqual(
    await since(model, () => model.removeRelation(relation)),
    [
      "sample/0 api-relation-departed web/0",
      "sample/0 api-relation-departed web/1",
      "sample/0 api-relation-broken",
    ],
  );
  assert.ok(!relation.exists());
  assert.throws(() => model.removeRelation(relation), {
    message: "Cannot find relation 1: it is not in the model",
  });
});

Deno.test("removeRelation() with force runs no hooks before 4.0", async () => {
  await using model = await sampleModel({ jujuVersion: "3.6.28" });
  const relation = addWeb(model);
  await model.settle();
  assert.deepEqual(
    await since(model, () => model.removeRelation(relation, { force: true })),
    [],
  );
  assert.ok(!relation.exists());
});

Deno.test("removeUnit() departs, breaks, stops and removes a unit", async () => {
  const departing: (string | undefined)[] = [];
  await using model = await sampleModel({
    units: 2,
    body: ({ env, hook }) => {
      if (hook.endsWith("-departed")) {
        departing.push(`${env["JUJU_UNIT_NAME"]} ${env["JUJU_DEPARTING_UNIT"]}`);
      }
    },
  });
  const relation = addWeb(model);
  await model.settle();
  const ran = await since(model, () => model.removeUnit("sample/0"));
  assert.deepEqual(
    ran,
    [
      "sample/0 api-relation-departed web/0",
      "sample/0 api-relation-broken",
      "sample/0 cluster-relation-departed sample/1",
      "sample/0 stop",
      "sample/0 remove",
      "sample/1 cluster-relation-departed sample/0",
      "sample/1 leader-elected",
    ].sort((a, b) => ran.indexOf(a) - ran.indexOf(b)),
  );
  assert.deepEqual(departing.sort(), [
    "sample/0 sample/0",
    "sample/0 sample/0",
    "sample/1 sample/0",
  ]);
  assert.deepEqual(model.units("sample"), ["sample/1"]);
  assert.equal(model.leader("sample"), "sample/1");
  assert.ok(relation.exists());
});

Deno.test("removeUnit() with force runs hooks of the other units only", async () => {
  await using model = await sampleModel({ units: 2 });
  addWeb(model);
  await model.settle();
  assert.deepEqual(
    await since(model, () => model.removeUnit("sample/1", { force: true })),
    ["sample/0 cluster-relation-departed sample/1"],
  );
});

Deno.test("removeApplication() breaks relations before stop", async () => {
  await using model = await sampleModel({ jujuVersion: "3.6.28" });
  const relation = addWeb(model);
  await model.settle();
  assert.deepEqual(
    await since(model, () => model.removeApplication("sample")),
    [
      "sample/0 api-relation-departed web/0",
      "sample/0 api-relation-broken",
      "sample/0 stop",
      "sample/0 remove",
    ],
  );
  assert.deepEqual(model.applications(), ["web"]);
  assert.ok(!relation.exists());
});

Deno.test("removeApplication() of a remote application breaks the relation", async () => {
  await using model = await sampleModel();
  addWeb(model);
  await model.settle();
  assert.deepEqual(await since(model, () => model.removeApplication("web")), [
    "sample/0 api-relation-departed web/0",
    "sample/0 api-relation-broken",
  ]);
});

Deno.test("removeUnit() before install runs no hook", async () => {
  await using model = await sampleModel();
  model.removeUnit("sample/0");
  await model.settle();
  assert.deepEqual(hooks(model), []);
  assert.deepEqual(model.units("sample"), []);
});

Deno.test("removeUnit() shows in goal-state until the unit is gone", async () => {
  const seen: string[] = [];
  await using model = await sampleModel({
    units: 2,
    body: async ({ callTool, hook, unit }) => {
      const asked = unit === "sample/1" ? ["update-status", "stop", "remove"] : ["update-status"];
      if (!asked.includes(hook)) return;
      const { units } = JSON.parse((await callTool("goal-state", ["--format=json"])).stdout);
      const shown = Object.entries<{ status: string }>(units)
        .map(([name, { status }]) => `${name} ${status}`);
      seen.push(`${unit} ${hook}: ${shown.join(", ")}`);
    },
  });
  await model.settle();
  model.removeUnit("sample/1");
  await model.settle();
  await since(model, () => model.updateStatus("sample/0"));
  assert.deepEqual(seen, [
    "sample/1 stop: sample/0 unknown, sample/1 dying",
    "sample/1 remove: sample/0 unknown, sample/1 dying",
    "sample/0 update-status: sample/0 unknown",
  ]);
});

Deno.test("goal-state shows whether a leader joined the relation", async () => {
  const seen: string[] = [];
  await using model = await sampleModel({
    body: async ({ callTool, unit }) => {
      if (unit !== "web/0") return;
      const { relations } = JSON.parse((await callTool("goal-state", ["--format=json"])).stdout);
      seen.push(relations.db.sample.status);
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
  assert.deepEqual([...new Set(seen)], ["joined"]);
});

Deno.test("removeApplication() breaks peers first in 4.0", async () => {
  await using model = await sampleModel({ units: 2 });
  addWeb(model);
  await model.settle();
  const ran = await since(model, () => model.removeApplication("sample"));
  for (const unit of ["sample/0", "sample/1"]) {
    const other = unit === "sample/0" ? "sample/1" : "sample/0";
    assert.deepEqual(ran.filter((run) => run.startsWith(`${unit} `)), [
      `${unit} cluster-relation-departed ${other}`,
      `${unit} cluster-relation-broken`,
      `${unit} api-relation-departed web/0`,
      `${unit} api-relation-broken`,
      `${unit} stop`,
      `${unit} remove`,
    ]);
  }
  assert.deepEqual(model.applications(), ["web"]);
});

const FORCED = [
  "sample/0 api-relation-departed web/0",
  "sample/0 api-relation-departed web/1",
  "sample/0 api-relation-broken",
];

Deno.test("removeRelation() with force runs -departed and -broken after the removal in 4.0", async () => {
  await using model = await sampleModel();
  const relation = addWeb(model, 2);
  await model.settle();
  model.removeRelation(relation, { force: true });
  assert.ok(!relation.exists());
  assert.deepEqual(Object.keys(model.databags()).filter((key) => key.startsWith("1 ")), []);
  assert.deepEqual(await since(model, () => {}), FORCED);
  // A new relation of the same endpoints works.
  const next = model.relate("sample:api", "web:http");
  assert.equal((await since(model, () => {}))[0], "sample/0 api-relation-created");
  assert.ok(next.exists());
});

Deno.test("removeApplication() with force runs -departed and -broken after the removal in 4.0", async () => {
  await using model = await sampleModel();
  const relation = addWeb(model, 2);
  await model.settle();
  model.removeApplication("web", { force: true });
  assert.deepEqual([relation.exists(), model.applications()], [false, ["sample"]]);
  assert.deepEqual(await since(model, () => {}), FORCED);
});

Deno.test("tools fail on a relation that was removed by force until the agent restarts", async () => {
  const listed: string[] = [];
  await using model = await sampleModel({
    body: async ({ callTool, hook }) => {
      if (hook === "update-status") listed.push((await callTool("relation-ids", ["api"])).stdout);
      if (!hook.endsWith("-departed")) return;
      const { code } = await callTool("relation-get", []);
      return { ...DONE, code };
    },
  });
  const relation = addWeb(model, 2);
  await model.settle();
  model.removeRelation(relation, { force: true });
  await assert.rejects(model.settle({ replays: 3 }), /api-relation-departed/);
  // `juju resolved --no-retry` lets the other hooks run; the relation stays listed.
  model.resolve("sample/0");
  const tick = () => model.updateStatus("sample/0");
  assert.deepEqual(await since(model, tick), ["sample/0 update-status"]);
  model.restartAgent("sample/0");
  assert.deepEqual(await since(model, tick), ["sample/0 update-status"]);
  assert.deepEqual(listed, ["api:1\n", ""]);
});

Deno.test("restartAgent() drops the failed hook of a relation that was removed by force", async () => {
  await using model = await sampleModel({
    body: ({ hook }) => Promise.resolve(hook.endsWith("-departed") ? FAILED : DONE),
  });
  const relation = addWeb(model);
  await model.settle();
  model.removeRelation(relation, { force: true });
  await assert.rejects(model.settle());
  model.restartAgent("sample/0");
  assert.deepEqual(await since(model, () => {}), []);
  assert.equal(model.status("sample/0").status, "unknown");
});
