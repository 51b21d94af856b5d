import assert from "node:assert/strict";
import { bundled } from "./bundled.ts";
import { defectOf } from "./elf.ts";
import { TARGETS } from "./target.ts";

const SAY = { path: "actions/say", name: "action-say", code: new Uint8Array([1]), permissions: [] };

Deno.test("bundled() makes one runtime, and a stub and a bundle of each executable", async () => {
  const runtime = bundled({ arch: "amd64", reason: "for tests", deno: "/bin/true" });
  const files = await runtime.files([SAY, { ...SAY, path: "hooks/start" }]);
  assert.deepEqual(files.map(({ path, kind }) => [path, kind]), [
    ["runtime/deno", "program"],
    ["actions/say", "program"],
    ["bundle/actions/say.js", "data"],
    ["hooks/start", "program"],
    ["bundle/hooks/start.js", "data"],
  ]);
});

Deno.test("bundled() fails with one line if there is no runtime", async () => {
  const runtime = bundled({ arch: "amd64", reason: "for tests", deno: "/nowhere" });
  await assert.rejects(runtime.files([]), {
    name: "BuildError",
    message: /^Cannot read the runtime: No such file .*nowhere.*$/,
  });
});

for (const arch of ["amd64", "arm64"] as const) {
  Deno.test(`bundled() takes Deno for ${arch} from npm`, async () => {
    const [file] = await bundled({ arch, reason: "for tests" }).files([]);
    assert.ok(file);
    assert.equal(defectOf(file.bytes, arch), undefined);
    // deno.lock has the hash of the package. Deno does not run with another package.
    const lock = JSON.parse(await Deno.readTextFile(new URL("../deno.lock", import.meta.url)));
    const { npmPackage } = TARGETS[arch];
    assert.match(lock.npm[`${npmPackage}@${Deno.version.deno}`].integrity, /^sha512-/);
  });
}
