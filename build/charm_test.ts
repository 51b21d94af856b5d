import assert from "node:assert/strict";
import { buildCharm } from "./charm.ts";
import { entry, fakeProject, SMALL_RUNTIME } from "./fake_project.ts";
import type { Runtime } from "./runtime.ts";

function countingRuntime(): {
  readonly runtime: Runtime;
  readonly builds: () => number;
} {
  let builds = 0;
  const files: Runtime["files"] = (executables) => {
    builds++;
    return SMALL_RUNTIME.files(executables);
  };
  return { runtime: { ...SMALL_RUNTIME, files }, builds: () => builds };
}

Deno.test("buildCharm() builds once for all callers at the same time", async () => {
  await using project = await fakeProject();
  const { runtime, builds } = countingRuntime();
  const ask = () => buildCharm({ root: project.root, runtime });
  const paths = await Promise.all([ask(), ask(), ask()]);
  assert.deepEqual(
    new Set(paths),
    new Set([`${project.out}/fake_amd64.charm`]),
  );
  assert.equal(builds(), 1);
});

Deno.test.each([
  { change: "hooks/start.ts", times: 2 },
  { change: "lib/new.ts", times: 2 },
  { change: "build/new.sh", times: 2 },
  { change: "README.md", times: 2 },
  { change: "hooks/start_test.ts", times: 1 },
  { change: "docs/new.md", times: 2 },
  { change: "tests/new.ts", times: 1 },
])(
  "buildCharm() builds $times times after a change of $change",
  async ({ change, times }) => {
    await using project = await fakeProject();
    const { runtime, builds } = countingRuntime();
    await buildCharm({ root: project.root, runtime });
    await project.write(change, entry("start", "globalThis.changed = 1;\n"));
    await buildCharm({ root: project.root, runtime });
    assert.equal(builds(), times);
  },
);

Deno.test("buildCharm() builds again after a change of the library", async () => {
  await using library = await fakeProject();
  await using project = await fakeProject();
  const { runtime, builds } = countingRuntime();
  const options = { root: project.root, library: library.root, runtime };
  await buildCharm(options);
  await library.write("lib/new.ts", "globalThis.changed = 1;\n");
  await buildCharm(options);
  await buildCharm(options);
  assert.equal(builds(), 2);
});

Deno.test("buildCharm() builds again after a failure", async () => {
  await using project = await fakeProject();
  const { runtime, builds } = countingRuntime();
  await buildCharm({ root: project.root, runtime });
  await project.write("hooks/start.ts", entry("start", "import\n"));
  await assert.rejects(buildCharm({ root: project.root, runtime }));
  await project.write("hooks/start.ts", entry("start", "globalThis.mended = 1;\n"));
  await buildCharm({ root: project.root, runtime });
  assert.equal(builds(), 2);
});

Deno.test("buildCharm() builds again if the charm was removed", async () => {
  await using project = await fakeProject();
  const { runtime, builds } = countingRuntime();
  await Deno.remove(await buildCharm({ root: project.root, runtime }));
  await buildCharm({ root: project.root, runtime });
  assert.equal(builds(), 2);
});
