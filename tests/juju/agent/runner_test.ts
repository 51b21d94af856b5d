import assert from "node:assert/strict";
import { sweepDirectories } from "../disk/directories.ts";
import { createModel } from "../model/create_model.ts";
import { sampleCharm, script } from "../testing/sample_charm.ts";
import { firstRun } from "../testing/sample_model.ts";

const MODULE = import.meta.resolve("../model/create_model.ts");

Deno.test("a hook has no home, no input, and runs in the charm directory", async () => {
  const { run } = await firstRun(script(
    'echo "${HOME-none} ${USER-none} ${TMPDIR-none}"',
    "cat | wc -c",
    '[ "$(pwd)" = "$CHARM_DIR" ] && ls',
  ));
  assert.equal(
    run.stdout,
    "none none none\n0\nactions.yaml\nconfig.yaml\nhooks\nmanifest.yaml\nmetadata.yaml\n",
  );
});

Deno.test("disposal kills hooks and leaves no files", async () => {
  await using charm = await sampleCharm({
    "hooks/install": script('touch "$CHARM_DIR/pid"', "sleep 60"),
  });
  const model = await createModel();
  await model.deploy(charm.path);
  const directory = model.charmDir("sample/0");
  const started = performance.now();
  const running = model.step();
  await until(() => exists(`${directory}/pid`));
  await model[Symbol.asyncDispose]();
  assert.equal((await running)?.outcome, "killed");
  assert.ok(performance.now() - started < 30_000);
  assert.ok(!await exists(directory));
});

Deno.test.each([{ signal: "SIGKILL" }, { signal: "SIGINT" }] as const)(
  "a hook and its children do not outlive a process that $signal ends",
  async ({ signal }) => {
    await using charm = await sampleCharm({
      "hooks/install": script(
        "sleep 60 &",
        'echo "$$ $!" > "$CHARM_DIR/new" && mv "$CHARM_DIR/new" "$CHARM_DIR/pids"',
        "wait",
      ),
    });
    const code = `
      const { createModel } = await import(${JSON.stringify(MODULE)});
      const model = await createModel();
      await model.deploy(${JSON.stringify(charm.path)});
      console.log(model.charmDir("sample/0"));
      await model.step();`;
    await using tests = new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      stdout: "piped",
    }).spawn();
    const reader = tests.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const directory = (await reader.read()).value?.trim() ?? "";
    await reader.cancel();
    await until(() => exists(`${directory}/pids`));
    const pids = (await Deno.readTextFile(`${directory}/pids`)).trim().split(" ");
    assert.equal(pids.length, 2);
    for (const pid of pids) assert.ok(await exists(`/proc/${pid}`));
    tests.kill(signal);
    await tests.status;
    for (const pid of pids) await until(async () => !await exists(`/proc/${pid}`));
    await sweepDirectories();
    assert.ok(!await exists(directory));
  },
);

Deno.test("a hook ends while a process that it started still runs", async () => {
  const { run } = await firstRun(script("echo before", "sleep 3 &"));
  assert.equal(run.outcome, "done");
  assert.equal(run.stdout, "before\n");
  assert.ok(run.durationMs < 2900);
});

/** Waits until a condition holds, at most 30 seconds. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!await isSo()) {
    assert.ok(performance.now() < end, "waited too long");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}
