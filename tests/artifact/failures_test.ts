/**
 * Failures of the build: they print one clear line, and leave no half-written charm.
 */
import assert from "node:assert/strict";
import { makeTemporaryFolder } from "../temporary.ts";
import { run } from "./process.ts";
import { ROOT, task } from "./project.ts";
import { list } from "./small_charm.ts";
import { mountTmpfs } from "./tmpfs.ts";

/** Nothing listens at this address. */
const NOWHERE = "http://127.0.0.1:1";

async function fails(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  line: RegExp,
): Promise<void> {
  const out = await makeTemporaryFolder();
  try {
    const ended = await task([...args, "--out", out], env);
    assert.deepEqual({ ...ended, err: "" }, { code: 1, out: "", err: "" });
    assert.match(ended.err, line);
    assert.deepEqual(await list(out), []);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

Deno.test.each([
  { bin: "LICENSE", why: "it is no ELF file of 64 bits" },
  { bin: "/bin/true", why: "it is not of Deno 2.9.6" },
])("DENORT_BIN=$bin fails the build: $why", async ({ bin, why }) => {
  const line = new RegExp(`^Cannot compile with DENORT_BIN ${bin}: ${why}\n$`);
  for (const command of ["build", "compile"]) await fails([command], { DENORT_BIN: bin }, line);
});

Deno.test("Deno for another architecture fails the build", async () => {
  const env = { DENORT_BIN: Deno.execPath() };
  await fails(
    ["build", "--platform=arm64"],
    env,
    /^Cannot compile with .+: it is not for arm64\n$/,
  );
});

Deno.test("a compilation fails without a network and without denort", async () => {
  const line = /^Cannot compile: DENORT_BIN is not set, .+ cannot be downloaded: .+\n$/;
  const env = { HTTPS_PROXY: NOWHERE };
  await fails(["build", "--runtime=compiled"], env, line);
  await fails(["compile"], env, line);
});

Deno.test("the build fails without a network and without a cache", async () => {
  const cache = await makeTemporaryFolder();
  const out = await makeTemporaryFolder();
  try {
    const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
    const [deno, ...args] = tasks.build.command.split(" ");
    assert.equal(deno, "deno");
    const env = { DENO_DIR: cache, NPM_CONFIG_REGISTRY: NOWHERE, NO_COLOR: "1" };
    const command = [Deno.execPath(), ...args, "--out", out] as const;
    const ended = await run(command, { cwd: ROOT, env });
    assert.deepEqual({ ...ended, err: "" }, { code: 1, out: "", err: "" });
    assert.match(ended.err, /^Cannot fetch what the build needs: Failed caching npm package .+\n$/);
    // As a task, Deno prints its own message before it runs the build.
    const asTask = await task(["build", "--out", out], env);
    assert.deepEqual({ ...asTask, err: "" }, { code: 1, out: "", err: "" });
    assert.match(asTask.err, /^error: Failed caching npm package .+$/m);
    assert.deepEqual(await list(out), []);
  } finally {
    await Deno.remove(cache, { recursive: true });
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("a full disk fails the build, and an earlier charm stays unchanged", async () => {
  await using disk = await mountTmpfs("30m");
  const charm = `${disk.path}/lxd-integrator_amd64.charm`;
  await Deno.writeTextFile(charm, "an earlier one");
  const ended = await task(["build", "--runtime=bundled", "--out", disk.path]);
  assert.deepEqual({ ...ended, err: "" }, { code: 1, out: "", err: "" });
  assert.match(ended.err, /^Cannot build: No space left on device \(os error 28\): .+\n$/);
  assert.deepEqual(await list(disk.path), ["lxd-integrator_amd64.charm"]);
  assert.equal(await Deno.readTextFile(charm), "an earlier one");
});

Deno.test.each([
  { size: "30m", line: /^Cannot build: No space left on device \(os error 28\): .+\n$/ },
  {
    size: "150m",
    line: /^Cannot compile (actions|hooks)\/.+: .*No space left on device \(os error 28\)\n$/,
  },
])("a full disk of $size for temporary files fails the build", async ({ size, line }) => {
  await using disk = await mountTmpfs(size);
  await fails(["build"], { DENORT_BIN: Deno.execPath(), TMPDIR: disk.path }, line);
  assert.deepEqual(await list(disk.path), []);
});
