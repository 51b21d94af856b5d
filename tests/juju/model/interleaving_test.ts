import assert from "node:assert/strict";
import type { HookRun } from "../agent/hook_run.ts";
import { random } from "../testing/random.ts";
import { sampleCharm } from "../testing/sample_charm.ts";
import type { Model, RelationHandle } from "./api.ts";
import { createModel } from "./create_model.ts";

const SEEDS = 12;
const STEPS = 60;

/** Changes a model at random between two hooks. */
function changeModel(
  model: Model,
  relations: RelationHandle[],
  below: (below: number) => number,
): void {
  const applications = ["sample", "web"].filter((name) => model.applications().includes(name));
  const name = applications[below(applications.length)] ?? "sample";
  const units = model.units(name);
  const unit = units[below(units.length)];
  const relation = relations.find((handle) => handle.exists());
  switch (below(8)) {
    case 0:
      if (units.length < 4) model.addUnit(name);
      return;
    case 1:
      if (unit && units.length > 1) model.removeUnit(unit, { force: below(2) === 0 });
      return;
    case 2:
      if (!relation) relations.push(model.relate("sample:api", "web:http"));
      else model.removeRelation(relation, { force: below(3) === 0 });
      return;
    case 3:
      if (unit && relation?.units().includes(unit)) {
        relation.write(unit, { n: String(below(9)) });
      }
      return;
    case 4:
      relation?.writeApp(name, { n: String(below(3)) });
      return;
    case 5:
      model.configure("sample", { port: below(3) });
      return;
    case 6: {
      const [successor] = model.units("sample").slice(below(2));
      if (successor) model.setLeader(successor);
      return;
    }
    case 7:
      model.updateStatus(name);
  }
}

/** Checks the order of the hooks of one unit and relation. */
function checkEvents(runs: readonly HookRun[]): void {
  const members = new Set<string>();
  let created = false;
  let pending: string | undefined;
  for (const { hook, remoteUnit } of runs) {
    const kind = hook.replace(/^.*-relation-/, "");
    if (pending !== undefined) {
      assert.deepEqual([kind, remoteUnit], ["changed", pending]);
      pending = undefined;
      continue;
    }
    if (kind === "created") {
      assert.ok(!created, "created twice");
      created = true;
    } else if (kind === "joined") {
      assert.ok(created && remoteUnit !== undefined && !members.has(remoteUnit), "bad joined");
      members.add(remoteUnit);
      pending = remoteUnit;
    } else if (kind === "changed") {
      assert.ok(created && (remoteUnit === undefined || members.has(remoteUnit)), "bad changed");
    } else if (kind === "departed") {
      assert.ok(members.delete(remoteUnit ?? ""), "bad departed");
    } else {
      assert.equal(kind, "broken");
      assert.equal(members.size, 0);
    }
  }
}

for (let seed = 1; seed <= SEEDS; seed++) {
  Deno.test(`step() keeps Juju's order of relation hooks, seed ${seed}`, async () => {
    const below = random(seed);
    await using charm = await sampleCharm({ dispatch: "" });
    await using model = await createModel({
      pick: (candidates) => below(candidates.length),
      run: async ({ callTool, hook }) => {
        if (hook.endsWith("changed")) {
          await callTool("relation-set", ["-r", "0", `n=${below(3)}`]);
        }
        const kind = below(12);
        return {
          code: kind === 0 ? 1 : 0,
          signal: kind === 1 ? "SIGKILL" : null,
          stdout: "",
          stderr: "",
        };
      },
    });
    await model.deploy(charm.path, { units: 2 });
    model.addApplication("web", {
      units: 2,
      endpoints: { http: { role: "requires", interface: "http" } },
    });
    const relations = [model.relate("sample:api", "web:http")];
    for (let count = 0; count < STEPS; count++) {
      if (below(4) === 0) changeModel(model, relations, below);
      else await model.step();
    }
    model.removeApplication("sample");
    await model.settle({ replays: Infinity });
    assert.deepEqual(model.applications(), ["web"]);
    assert.ok(relations.every((relation) => !relation.exists()));

    const done = model.runs.filter(({ outcome, relation }) => outcome === "done" && relation);
    const groups = Map.groupBy(done, ({ relation, unit }) => `${unit} ${relation}`);
    for (const runs of groups.values()) checkEvents(runs);
    for (const runs of Map.groupBy(model.runs, ({ unit }) => unit).values()) {
      assert.equal(runs[0]?.hook, "install");
      const removed = runs.findIndex(({ hook, outcome }) =>
        hook === "remove" && outcome === "done"
      );
      assert.ok(removed < 0 || removed === runs.length - 1, "hooks after remove");
    }
  });
}
