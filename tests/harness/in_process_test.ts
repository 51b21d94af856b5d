import assert from "node:assert/strict";
import { findExecutables } from "../../build/executables.ts";
import { actionOf, eventOf } from "./in_process.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

const SCOPES: Readonly<Record<string, string>> = {
  "api-relation-broken": "broken",
  "api-relation-changed": "changed",
  "api-relation-created": "changed",
  "api-relation-departed": "departed",
  "config-changed": "everything",
  "cos-agent-relation-broken": "noCollector",
  "cos-agent-relation-changed": "collector",
  "cos-agent-relation-created": "collector",
  "https-relation-broken": "broken",
  "https-relation-changed": "changed",
  "https-relation-created": "changed",
  "https-relation-departed": "departed",
  "leader-elected": "elected",
  "replicas-relation-changed": "everything",
  "secret-changed": "everything",
  stop: "stop",
  "update-status": "everythingSettled",
  "upgrade-charm": "everything",
};

/** Names the executables of one folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return (await findExecutables(ROOT)).filter(({ path }) => path.startsWith(folder))
    .map(({ path }) => path.slice(folder.length));
}

Deno.test("in process: each hook runs with its expected event", async () => {
  const hooks = await namesIn("hooks/");
  const found = await Promise.all(
    hooks.map(async (hook) => [hook, (await eventOf(hook)).name] as const),
  );
  assert.deepEqual(Object.fromEntries(found), SCOPES);
});

Deno.test("in process: a hook's file only runs its event", async () => {
  for (const hook of Object.keys(SCOPES)) {
    const source = await Deno.readTextFile(`${ROOT}/hooks/${hook}.ts`);
    const code = source.replace(/^#!.*\n/, "").replace(/^\/\*\*\n( \*.*\n)+/, "");
    assert.match(
      code,
      /^import { runHook } from ".*";\nimport { (\w+) } from ".*";\n\nawait runHook\(\1\);\n$/,
      hook,
    );
  }
});

Deno.test("in process: each action's file only runs its action", async () => {
  const names = await namesIn("actions/");
  assert.notEqual(names.length, 0);
  for (const name of names) {
    const source = await Deno.readTextFile(`${ROOT}/actions/${name}.ts`);
    const code = source.replace(/^#!.*\n/, "").replace(/^\/\*\*\n( \*.*\n)+/, "");
    const imports = /^(import { \w+ } from ".*";\n){2}\nawait runAction\((\w+)\);\n$/;
    assert.match(code, imports, name);
    assert.equal(typeof (await actionOf(name)).perform, "function");
  }
});

Deno.test("in process: a file that is no hook of the charm cannot run", async () => {
  await assert.rejects(eventOf("install"), RangeError);
});
