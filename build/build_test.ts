import assert from "node:assert/strict";
import { build } from "./build.ts";
import { CHARMCRAFT, entry, fakeProject, SMALL_RUNTIME } from "./fake_project.ts";
import { renderReport } from "./report.ts";

const runtime = SMALL_RUNTIME;

Deno.test("build() packs hooks, actions, declarations and documents", async () => {
  await using project = await fakeProject({
    "README.md": "# Fake\n",
    "docs/schema/fake.json": "{}",
    "tests/README.md": "# Tests\n",
  });
  const built = await build({ ...project, runtime });
  assert.equal(built.path, `${project.out}/fake_amd64.charm`);
  assert.deepEqual(built.entries.map(({ path }) => path), [
    "README.md",
    "actions.yaml",
    "actions/say",
    "bundle/actions/say.js",
    "bundle/hooks/api-relation-changed.js",
    "bundle/hooks/start.js",
    "docs/schema/fake.json",
    "hooks/api-relation-changed",
    "hooks/start",
    "manifest.yaml",
    "metadata.yaml",
    "runtime/deno",
    "runtime/tools/secret-write",
    "sbom.cdx.json",
  ]);
  assert.equal((await Deno.stat(built.path)).size, built.size);
  const names = await Array.fromAsync(Deno.readDir(project.out), ({ name }) => name);
  assert.deepEqual(names.toSorted(), ["fake_amd64.cdx.json", "fake_amd64.charm"]);
});

Deno.test("build() makes the same bytes in another folder", async () => {
  await using one = await fakeProject();
  await using other = await fakeProject();
  const [first, second] = await Promise.all([
    build({ ...one, runtime }),
    build({ ...other, runtime }),
  ]);
  assert.equal(first.sha256, second.sha256);
});

Deno.test.each([
  {
    problem: "a hook without permissions",
    files: { "hooks/stop.ts": "" },
    message: "Cannot build the charm: " +
      'the first line must be "#!/usr/bin/env -S deno run -P=<permission set>" in "hooks/stop.ts"',
  },
  {
    problem: "a hook with permissions that deno.json lacks",
    files: { "hooks/stop.ts": entry("stop") },
    message: 'Cannot build the charm: deno.json has no permissions named "stop"',
  },
  {
    problem: "permissions that no hook has",
    files: { "hooks/start.ts": entry("nothing") },
    message: "Cannot build the charm: " +
      'deno.json has permissions that no first line in hooks/ or actions/ names: "start"',
  },
  {
    problem: "an import that is not there",
    files: { "hooks/start.ts": entry("start", 'export * from "./nowhere.ts";\n') },
    message: /^Cannot bundle hooks\/start\.ts: Module not found .*nowhere\.ts/,
  },
  {
    problem: "an endpoint without a hook",
    files: { "charmcraft.yaml": `${CHARMCRAFT}requires: { db: { interface: db } }\n` },
    message: "Cannot build the charm: charmcraft.yaml declares endpoints that have no file " +
      'hooks/<endpoint>-relation-<event>.ts: "db"',
  },
  {
    problem: "an action without a file",
    files: { "charmcraft.yaml": CHARMCRAFT.replace("actions: {", "actions: { cry: {},") },
    message: "Cannot build the charm: charmcraft.yaml declares actions that have no file " +
      'actions/<name>.ts: "cry"',
  },
  {
    problem: "a hook of an endpoint that is not declared",
    files: { "hooks/db-relation-changed.ts": entry("nothing") },
    message: "Cannot build the charm: no event of Juju, no endpoint and no action of " +
      'charmcraft.yaml would run "hooks/db-relation-changed"',
  },
  {
    problem: "an import of a package that is not in deno.json",
    files: { "hooks/start.ts": entry("start", 'export * from "nowhere";\n') },
    message: /^Cannot bundle hooks\/start\.ts: Import "nowhere" not/,
  },
  {
    problem: "a deno.json that is not JSON",
    files: { "deno.json": "{" },
    message: /^Cannot read deno\.json: /,
  },
])(
  "build() refuses $problem and leaves no charm",
  async ({ files, message }) => {
    await using project = await fakeProject(files);
    await assert.rejects(build({ ...project, runtime }), (error) => {
      assert.ok(error instanceof Error);
      assert.equal(error.name, "BuildError");
      assert.match(error.message, /^.+$/);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    });
    await assert.rejects(Deno.stat(project.out), Deno.errors.NotFound);
  },
);

Deno.test("build() leaves nothing half-written", async () => {
  await using project = await fakeProject();
  await Deno.mkdir(`${project.out}/fake_amd64.charm/x`, { recursive: true });
  await assert.rejects(build({ ...project, runtime }));
  const names = await Array.fromAsync(Deno.readDir(project.out));
  assert.deepEqual(names.map(({ name }) => name), ["fake_amd64.charm"]);
});

Deno.test("renderReport() is a table", async () => {
  await using project = await fakeProject();
  const built = await build({ ...project, runtime });
  const lines = renderReport(built).split("\n");
  assert.match(lines[0] ?? "", /^File +Bytes +Packed +Share$/);
  assert.match(lines.at(-8) ?? "", /^metadata\.yaml +\d+ +\d+ +\d+\.\d %$/);
  assert.equal(lines.at(-2), `SHA-256 ${built.sha256}`);
});
