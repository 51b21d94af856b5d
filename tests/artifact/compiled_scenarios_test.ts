/**
 * Runs all scenarios over the compiled form, if there is a `denort`.
 */
import assert from "node:assert/strict";
import { run } from "./process.ts";
import { ROOT, task } from "./project.ts";
import { mountTmpfs } from "./tmpfs.ts";

Deno.test("scenarios run over the compiled form if DENORT_BIN names a denort", async () => {
  const denort = Deno.env.get("DENORT_BIN");
  if (!denort) {
    await say("NOT RUN: the scenarios over the compiled form, for DENORT_BIN names no denort");
    return;
  }
  // Each unit writes a hundred megabytes for each of its hooks.
  await using disk = await mountTmpfs("12g");
  const out = `${disk.path}/out`;
  const built = await task(["build", "--runtime=compiled", "--out", out], { DENORT_BIN: denort });
  assert.deepEqual({ ...built, out: "" }, { code: 0, out: "", err: "" });
  const ended = await run([Deno.execPath(), "test", "-A", "--parallel", "tests/scenarios"], {
    cwd: ROOT,
    env: {
      CHARM: `${out}/lxd-integrator_amd64.charm`,
      TMPDIR: disk.path,
      NO_COLOR: "1",
    },
  });
  await say(ended.out.trimEnd().split("\n").at(-1) ?? "");
  assert.equal(ended.code, 0, `${ended.out}\n${ended.err}`);
});

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
