import assert from "node:assert/strict";
import { parseCharmcraft } from "./charm_yaml.ts";
import { parseYaml } from "./declarations.ts";
import { checkExecutables, type Executable, findExecutables } from "./executables.ts";
import { CHARMCRAFT, entry, fakeProject } from "./fake_project.ts";

const DECLARED = parseCharmcraft(parseYaml(CHARMCRAFT));
const SAY = executable("actions/say");
const CHANGED = executable("hooks/api-relation-changed");

function executable(path: string): Executable {
  return { path, source: `${path}.ts`, name: path, permissions: path };
}

Deno.test("findExecutables() finds hooks and actions, not their tests", async () => {
  await using project = await fakeProject({
    "hooks/start_test.ts": "",
    "hooks/README.md": "",
  });
  assert.deepEqual(await findExecutables(project.root), [
    {
      path: "actions/say",
      source: "actions/say.ts",
      name: "action-say",
      permissions: "nothing",
    },
    {
      path: "hooks/api-relation-changed",
      source: "hooks/api-relation-changed.ts",
      name: "api-relation-changed",
      permissions: "nothing",
    },
    { path: "hooks/start", source: "hooks/start.ts", name: "start", permissions: "start" },
  ]);
});

Deno.test("findExecutables() refuses entry files without a permission set", async () => {
  await using project = await fakeProject({
    "hooks/stop.ts": "",
    "actions/say.ts": `\n${entry("nothing")}`,
    "hooks/api-relation-changed.ts": "#!/usr/bin/env -S deno run -A\n",
  });
  await assert.rejects(findExecutables(project.root), {
    name: "BuildError",
    message: "Cannot build the charm: " +
      'the first line must be "#!/usr/bin/env -S deno run -P=<permission set>" in ' +
      '"actions/say.ts", "hooks/api-relation-changed.ts", "hooks/stop.ts"',
  });
});

Deno.test("findExecutables() refuses a project without hooks", async () => {
  await using project = await fakeProject();
  await assert.rejects(findExecutables(`${project.root}/dist`), {
    name: "BuildError",
    message: "Cannot build the charm: hooks/ has no hook",
  });
});

Deno.test("checkExecutables() accepts hooks of Juju and of the endpoints", () => {
  const hooks = ["hooks/start", "hooks/api-relation-broken"].map(executable);
  const permissions = {
    "hooks/start": {},
    "hooks/api-relation-broken": {},
    "actions/say": {},
    "build": {},
  };
  checkExecutables([...hooks, SAY], DECLARED, permissions);
});

Deno.test.each([
  {
    executables: [SAY, CHANGED, executable("hooks/sart"), executable("actions/cry")],
    message:
      "Cannot build the charm: no event of Juju, no endpoint and no action of charmcraft.yaml would run " +
      '"hooks/sart", "actions/cry"',
  },
  {
    executables: [CHANGED],
    message:
      'Cannot build the charm: charmcraft.yaml declares actions that have no file actions/<name>.ts: "say"',
  },
  {
    executables: [SAY],
    message: "Cannot build the charm: charmcraft.yaml declares endpoints that have no file " +
      'hooks/<endpoint>-relation-<event>.ts: "api"',
  },
  {
    executables: [SAY, CHANGED, executable("hooks/stop")],
    message: "Cannot build the charm: deno.json has no permissions named " +
      '"hooks/api-relation-changed", "hooks/stop"',
  },
  {
    executables: [{ ...SAY, permissions: "build" }, { ...CHANGED, permissions: "build" }],
    message: "Cannot build the charm: " +
      'deno.json has permissions that no first line in hooks/ or actions/ names: "actions/say"',
  },
])("checkExecutables() says $message", ({ executables, message }) => {
  const permissions = { "actions/say": {}, "build": {} };
  assert.throws(() => checkExecutables(executables, DECLARED, permissions), {
    name: "BuildError",
    message,
  });
});
