import assert from "node:assert/strict";
import type { CallTool } from "../agent/runner.ts";
import { callInHook, FIXTURES, type ToolFixture } from "../testing/tool_fixture.ts";
import type { ToolResult } from "./run_tool.ts";
import { JSON_ } from "./testdata/row.ts";
import { rowsOf } from "./testdata/rows.ts";

const ROWS = (["3.6.28", "4.0.15"] as const).flatMap((version) =>
  Object.entries(rowsOf(version)).map(([name, rows]) => {
    const found: ToolFixture | undefined = FIXTURES[name as keyof typeof FIXTURES];
    assert.ok(found);
    const fixture = { ...found, model: { ...found.model, jujuVersion: version } };
    return { version, name, rows, fixture };
  })
);

for (const { fixture, name, rows, version } of ROWS) {
  Deno.test(`runTool() answers as Juju ${version} in hook ${name}`, async (t) => {
    const results: ToolResult[] = [];
    await callInHook(fixture, async (call) => {
      for (const { run, stdin } of rows) results.push(await one(call, run, stdin));
    });
    for (const [index, { code = 0, err = "", out = "", run }] of rows.entries()) {
      await t.step(run.join(" ").slice(0, 60), () => {
        assert.deepEqual(results[index], { code, stdout: out, stderr: err });
      });
    }
  });
}

async function one(
  call: CallTool,
  [tool = "", ...args]: readonly string[],
  stdin?: string,
): Promise<ToolResult> {
  return await call(tool, args, stdin);
}

Deno.test("relation-ids sorts as text", async () => {
  let found = "";
  await callInHook({
    ...FIXTURES.config,
    trigger: (model) => {
      for (let id = 2; id <= 10; id++) {
        model.addApplication(`extra${String.fromCharCode(95 + id)}`, {
          endpoints: { x: { role: "requires", interface: "http" } },
        });
        model.relate("sample:api", `extra${String.fromCharCode(95 + id)}`);
      }
      model.configure("sample", { port: 2 });
    },
  }, async (call) => {
    found = (await call("relation-ids", ["api", JSON_])).stdout;
  });
  assert.match(found, /^\["api:1","api:10","api:2",/);
});

Deno.test("relation-get follows Juju's documents in 4.0 with the option reads", async () => {
  const results: ToolResult[] = [];
  await callInHook({
    ...FIXTURES.follower,
    model: { jujuVersion: "4.0.15", reads: "documented" },
  }, async (call) => {
    results.push(await call("relation-get", ["-", "sample", "--app", JSON_]));
    results.push(await call("relation-get", ["-", "sample/0", JSON_]));
    results.push(await call("relation-get", ["-", "web/9"]));
  });
  assert.deepEqual(results, [
    { code: 1, stdout: "", stderr: "ERROR permission denied\n" },
    { code: 1, stdout: "", stderr: "ERROR permission denied\n" },
    { code: 1, stdout: "", stderr: "ERROR relation unit not found\n" },
  ]);
});

Deno.test("credential-get is cached for the rest of a hook", async () => {
  const codes: number[] = [];
  await callInHook(FIXTURES.trusted, async (call, model) => {
    codes.push((await call("credential-get", [])).code);
    model.untrust("sample");
    codes.push((await call("credential-get", [])).code);
  });
  assert.deepEqual(codes, [0, 0]);
});

Deno.test("is-leader stays false for the rest of a hook", async () => {
  const answers: string[] = [];
  await callInHook(FIXTURES.changed, async (call, model) => {
    for (const leader of ["sample/0", "sample/1", "sample/0"]) {
      model.setLeader(leader);
      answers.push((await call("is-leader", [])).stdout);
    }
  });
  assert.deepEqual(answers, ["True\n", "False\n", "False\n"]);
});

Deno.test("juju-log names the relation and keeps unknown levels at INFO", async () => {
  await callInHook(FIXTURES.changed, async (call, model) => {
    await call("juju-log", ["-l", "loud", "a", "b"]);
    await call("juju-log", ["--log-level=ERROR", "--", "-c"]);
    const unit = "sample/0";
    assert.deepEqual(model.log.slice(-3), [
      {
        unit,
        level: "WARNING",
        message: 'Specified log level of "loud" is not valid',
      },
      { unit, level: "INFO", message: "api:1: a b" },
      { unit, level: "ERROR", message: "api:1: -c" },
    ]);
  });
});

Deno.test("goal-state lists units and relations", async () => {
  await callInHook(FIXTURES.changed, async (call) => {
    const { stdout } = await call("goal-state", [JSON_]);
    const since = /"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"/g;
    assert.equal(
      stdout.replaceAll(since, "0"),
      '{"units":{"sample/0":{"status":"unknown","since":0},"sample/1":{"status":"unknown","since":0}},' +
        '"relations":{"api":{"web":{"status":"joined","since":0},"web/0":{"status":"waiting","since":0},"web/1":{"status":"waiting","since":0}}}}\n',
    );
  });
});
