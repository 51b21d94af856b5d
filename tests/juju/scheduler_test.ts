import assert from "node:assert/strict";
import { createModel, type Execution, type Exit, type Model, type ModelOptions } from "./mod.ts";
import { sampleCharm } from "./sample_charm.ts";

const DONE: Exit = { code: 0, signal: null, stdout: "", stderr: "" };
const FAILED: Exit = { ...DONE, code: 1 };

type Body = (execution: Execution) => Promise<Exit | void> | void;

/** A model with hooks that are functions, with sample deployed in it. */
async function world(
  {
    body = () => {},
    units = 1,
    ...options
  }: ModelOptions & { body?: Body; units?: number } = {},
): Promise<Model> {
  await using charm = await sampleCharm({ dispatch: "" });
  const model = await createModel({
    ...options,
    run: async (execution) => await body(execution) ?? DONE,
  });
  await model.deploy(charm.path, { units });
  return model;
}

function addWeb(model: Model, units = 1) {
  model.addApplication("web", {
    units,
    endpoints: { http: { role: "requires", interface: "http" } },
  });
  return model.relate("sample:api", "web:http");
}

/** Hooks that ran since a run, as `unit hook remote`. */
function hooks(model: Model, from = 0): readonly string[] {
  return model.runs.slice(from).map(({ hook, remoteUnit, unit }) =>
    [unit, hook, remoteUnit].filter((part) => part !== undefined).join(" ")
  );
}

async function since(
  model: Model,
  work: () => unknown,
): Promise<readonly string[]> {
  const from = model.runs.length;
  await work();
  await model.settle();
  return hooks(model, from);
}

Deno.test("settle() runs the hooks of a deploy in Juju's order", async () => {
  await using model = await world();
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
  await using old = await world({ units: 2 });
  await old.settle();
  assert.ok(hooks(old).includes("sample/1 leader-settings-changed"));
  await using young = await world({ units: 2, jujuVersion: "4.0.15" });
  await young.settle();
  assert.ok(!hooks(young).includes("sample/1 leader-settings-changed"));
});

Deno.test("settle() runs -joined and -changed of each remote unit together", async () => {
  await using model = await world();
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

Deno.test("write() queues -changed only if something changed", async () => {
  await using model = await world();
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

Deno.test("flush() of equal values queues nothing for peers", async () => {
  await using model = await world({
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
    // The leader is not told of its own write.
    "sample/1 cluster-relation-changed",
    "sample/1 cluster-relation-changed sample/0",
  ]);
  assert.deepEqual(await since(model, tick), ["sample/0 update-status"]);
});

Deno.test("removeUnit() of a remote unit departs it", async () => {
  await using model = await world();
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
  await using model = await world();
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

Deno.test("removeRelation() with force runs no hooks", async () => {
  await using model = await world();
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
  await using model = await world({
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

Deno.test("removeUnit() with force runs hooks of the others only", async () => {
  await using model = await world({ units: 2 });
  addWeb(model);
  await model.settle();
  assert.deepEqual(
    await since(model, () => model.removeUnit("sample/1", { force: true })),
    ["sample/0 cluster-relation-departed sample/1"],
  );
});

Deno.test("removeApplication() breaks relations before stop", async () => {
  await using model = await world();
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
  await using model = await world();
  addWeb(model);
  await model.settle();
  assert.deepEqual(await since(model, () => model.removeApplication("web")), [
    "sample/0 api-relation-departed web/0",
    "sample/0 api-relation-broken",
  ]);
});

Deno.test("removeUnit() before install runs no hook", async () => {
  await using model = await world();
  model.removeUnit("sample/0");
  await model.settle();
  assert.deepEqual(hooks(model), []);
  assert.deepEqual(model.units("sample"), []);
});

Deno.test("relation-ids is empty in install", async () => {
  const found: string[] = [];
  await using model = await world({
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

Deno.test("relation-ids hides a broken relation from other hooks too", async () => {
  const found: string[] = [];
  await using model = await world({
    body: async ({ callTool, hook }) => {
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
  // Before relations in Juju's order.
  model.configure("sample", { port: 1 });
  await model.step();
  assert.deepEqual(found, ['["api:1"]\n', "[]\n"]);
});

Deno.test("relation-list follows the unit's own events, and the cache is stale", async () => {
  const seen: string[] = [];
  await using model = await world({
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
    // web/1 is a member: its own -changed has not run yet.
    'api-relation-changed web/0 ["web/0","web/1"] old',
    'api-relation-changed web/1 ["web/0","web/1"] new',
    'api-relation-departed web/1 ["web/0"] new',
  ]);
});

Deno.test("flush() drops the writes of a failed hook, which is replayed", async () => {
  let failures = 2;
  const own: string[] = [];
  await using model = await world({
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
  // Nothing else runs before it, not even what Juju ranks higher.
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
  await using model = await world({
    body: ({ hook }) => Promise.resolve(hook === "install" ? FAILED : DONE),
  });
  await assert.rejects(model.settle());
  model.resolve("sample/0");
  await model.settle();
  assert.equal(model.runs.at(-1)?.hook, "start");
});

Deno.test("trust() and untrust() run config-changed on every unit", async () => {
  await using model = await world({ units: 2 });
  await model.settle();
  const all = ["sample/0 config-changed", "sample/1 config-changed"];
  assert.deepEqual(await since(model, () => model.trust("sample")), all);
  assert.deepEqual(await since(model, () => model.trust("sample")), []);
  assert.deepEqual(await since(model, () => model.untrust("sample")), all);
  const cloud = { type: "lxd", name: "other" };
  assert.deepEqual(await since(model, () => model.setCloud(cloud)), []);
});

Deno.test("configure() runs config-changed once per change", async () => {
  await using model = await world();
  await model.settle();
  const set = (port: number | null) => () => model.configure("sample", { port });
  assert.deepEqual(await since(model, set(1)), ["sample/0 config-changed"]);
  assert.deepEqual(await since(model, set(1)), []);
  assert.deepEqual(await since(model, set(null)), ["sample/0 config-changed"]);
});

Deno.test("setLeader() elects the new leader", async () => {
  await using model = await world({ units: 2, jujuVersion: "4.0.15" });
  await model.settle();
  assert.deepEqual(await since(model, () => model.setLeader("sample/1")), [
    "sample/1 leader-elected",
  ]);
  assert.deepEqual(await since(model, () => model.setLeader("sample/0")), [
    "sample/0 leader-elected",
  ]);
});

Deno.test("updateSecret() runs secret-changed for those who read it", async () => {
  const ids: (string | undefined)[] = [];
  const answers: string[] = [];
  let uri = "";
  await using model = await world({
    units: 2,
    body: async ({ callTool, env, hook, unit }) => {
      if (hook === "secret-changed") ids.push(env["JUJU_SECRET_ID"]);
      if (unit === "sample/1" || !uri) return;
      for (const extra of [[], ["--peek"], ["--refresh"]]) {
        const { stderr, stdout } = await callTool(
          "secret-get",
          [uri, "key", ...extra],
        );
        answers.push((stdout + stderr).trim());
      }
    },
  });
  await model.settle();
  uri = model.addSecret("mine", { key: "one" });
  const tick = () => model.updateStatus("sample");
  await since(model, tick);
  model.grantSecret(uri, "sample");
  await since(model, tick);
  assert.deepEqual(
    await since(model, () => model.updateSecret(uri, { key: "two" })),
    ["sample/0 secret-changed"],
  );
  assert.deepEqual(
    await since(model, () => model.updateSecret(uri, { key: "two" })),
    [],
  );
  model.revokeSecret(uri, "sample");
  await since(model, tick);
  model.removeSecret(uri);
  await since(model, tick);
  const denied = "ERROR permission denied";
  const missing = `ERROR secret "${uri.slice("secret:".length)}" not found`;
  assert.deepEqual(ids, [uri]);
  assert.deepEqual(answers, [
    ...[denied, denied, denied],
    ...["one", "one", "one"],
    ...["one", "two", "two"],
    ...[denied, denied, denied],
    ...[missing, missing, missing],
  ]);
});

Deno.test("secret-add takes effect at the flush", async () => {
  const codes: number[] = [];
  await using model = await world({
    body: async ({ callTool, hook }) => {
      if (hook === "install") {
        await callTool("secret-add", ["key=value", "--label=l"]);
        return FAILED;
      }
      codes.push((await callTool("secret-get", ["--label=l"])).code);
      await callTool("secret-add", ["key=value", "--label=l"]);
      codes.push((await callTool("secret-get", ["--label=l"])).code);
      return DONE;
    },
  });
  await assert.rejects(model.settle());
  model.resolve("sample/0");
  await model.step();
  assert.deepEqual(codes, [1, 0]);
});

Deno.test("pick chooses among the hooks that Juju allows", async () => {
  const choices: number[] = [];
  await using model = await world({
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

Deno.test("charms on both sides see each other's databags", async () => {
  const seen: string[] = [];
  await using model = await world({
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
