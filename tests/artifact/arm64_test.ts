/**
 * Builds the charm for arm64, and runs the commands of `docs/how-to-arm64.md` with its hooks in an emulator.
 */
import assert from "node:assert/strict";
import { expandArchive } from "../juju/mod.ts";
import { startLxd } from "../lxd/real.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { readDocument } from "../documents/run/document.ts";
import { createOperator } from "../documents/run/operator.ts";
import { EMULATOR, ensureEmulator, LIBRARIES } from "./emulator.ts";
import { run } from "./process.ts";
import { copyProject } from "./project.ts";

Deno.test("the charm for arm64 is blocked without trust, and active with it", async () => {
  await ensureEmulator();
  const folder = await makeTemporaryFolder({ prefix: "arm64-" });
  try {
    const project = `${folder}/project`;
    await copyProject(project);
    await lengthenLimits(`${project}/lib/lxd/time_limits.ts`);
    const args = ["build", "--runtime=bundled", "--platform=arm64", "--out", folder];
    const built = await run([Deno.execPath(), "task", "--quiet", ...args], {
      cwd: project,
      env: { DENORT_BIN: "", NO_COLOR: "1" },
    });
    assert.deepEqual({ ...built, out: "" }, { code: 0, out: "", err: "" });
    const charm = `${folder}/charm`;
    await expandArchive(`${folder}/lxd-integrator_arm64.charm`, charm);
    await emulate(`${charm}/runtime/deno`);

    await using lxd = await startLxd();
    const charms = { "lxd-integrator_arm64.charm": charm };
    await using operator = await createOperator(lxd, { running: "built", charms });
    const guide = await readDocument("docs/how-to-arm64.md");
    await guide.run(operator.shell);
    guide.checkAll("npx -y deno@2.9.6 task build --platform arm64");
    const { runs } = operator.controller.current().model;
    const statuses = new Set(runs.map(({ statusAfter: { status } }) => status));
    assert.ok(statuses.isSupersetOf(new Set(["blocked", "active"])), [...statuses].join());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Makes the time limits of the charm a hundred times as long: an emulated machine is slow. */
async function lengthenLimits(path: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  const limit = /(?<=_LIMIT_MS = )[\d_]+(?=;)/g;
  assert.equal(text.match(limit)?.length, 8);
  await Deno.writeTextFile(path, text.replace(limit, (number) => `${number}00`));
}

/** Replaces a program by a script that runs it in the emulator. */
async function emulate(program: string): Promise<void> {
  const bytes = await Deno.readFile(program);
  // The field e_machine of ELF: arm64.
  assert.equal(bytes[18], 183);
  await Deno.rename(program, `${program}.arm64`);
  const script = `#!/bin/sh\nexec ${EMULATOR} -L ${LIBRARIES} "$0.arm64" "$@"\n`;
  await Deno.writeTextFile(program, script, { mode: 0o755 });
}
