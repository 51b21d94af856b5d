/**
 * Compares what the charm's runtime needs with what the bases have.
 */
import assert from "node:assert/strict";
import { bundled } from "../../build/bundled.ts";
import { isArch, TARGETS } from "../../build/target.ts";
import { ROOT } from "./project.ts";

/** The glibc of the oldest Ubuntu that the upgrade page lets the charm run on for a while. */
const OLDEST = "2.31";

for (const arch of Object.keys(TARGETS).filter(isArch)) {
  Deno.test(`the runtime for ${arch} needs no newer glibc than the upgrade page says`, async () => {
    const [runtime] = await bundled({ arch, reason: "for tests" }).files([]);
    assert.ok(runtime);
    // A version that a program needs is text in its dynamic section (GLIBC_2.27).
    const text = new TextDecoder("latin1").decode(runtime.bytes);
    const needed = text.matchAll(/GLIBC_(2\.\d+)/g).map(([, version = ""]) => version).toArray()
      .toSorted(byVersion).at(-1);
    const page = await Deno.readTextFile(`${ROOT}/docs/how-to-upgrade-from-the-original.md`);
    assert.match(
      page,
      new RegExp(`runtime needs glibc ${needed},\\s+and Ubuntu 20.04 has ${OLDEST}`),
    );
    assert.deepEqual([OLDEST, needed ?? ""].toSorted(byVersion), [needed, OLDEST]);
  });
}

function byVersion(a: string, b: string): number {
  return minor(a) - minor(b);
}

function minor(version: string): number {
  return Number(version.split(".")[1]);
}
