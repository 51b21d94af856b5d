/**
 * The charm for arm64: built here, and its hooks run by an emulator.
 */
import assert from "node:assert/strict";
import { expandArchive } from "../juju/charm/archive.ts";
import { startLxd } from "../lxd/real.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";
import { EMULATOR, ensureEmulator, LIBRARIES } from "./emulator.ts";
import { run } from "./process.ts";
import { copyProject } from "./project.ts";

Deno.test("the charm for arm64 is blocked without trust, and active with it", async () => {
  await ensureEmulator();
  const folder = await Deno.makeTempDir({ prefix: "arm64-" });
  try {
    const project = `${folder}/project`;
    await copyProject(project);
    await lengthenLimits(`${project}/lib/time_limits.ts`);
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
    await using world = await deploy(lxd, { charm, trust: false });
    assert.match(world.status(), /^blocked: Missing credentials access; /);
    world.model.trust(APPLICATION);
    await world.settle();
    assert.equal(world.status(), "active: LXD 5.0.2: 1 node, 0 certificates");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Gives the charm a hundred times as long: its limits are made for real machines, not for emulated ones. */
async function lengthenLimits(path: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  const limit = /(?<=_LIMIT_MS = )[\d_]+(?=;)/g;
  assert.equal(text.match(limit)?.length, 5);
  await Deno.writeTextFile(path, text.replace(limit, (number) => `${number}00`));
}

/** Puts the emulator in front of a program: the system here cannot run it as it is. */
async function emulate(program: string): Promise<void> {
  const bytes = await Deno.readFile(program);
  // ELF's e_machine.
  assert.equal(bytes[18], 183);
  await Deno.rename(program, `${program}.arm64`);
  const script = `#!/bin/sh\nexec ${EMULATOR} -L ${LIBRARIES} "$0.arm64" "$@"\n`;
  await Deno.writeTextFile(program, script, { mode: 0o755 });
}
