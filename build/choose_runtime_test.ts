import assert from "node:assert/strict";
import { checkDeno } from "./choose_runtime.ts";
import { DENO_VERSION, hostArch, TARGETS } from "./target.ts";

Deno.test("checkDeno() refuses another version", () => {
  checkDeno(DENO_VERSION);
  assert.throws(() => checkDeno("2.0.0"), {
    name: "BuildError",
    message: `Cannot build with Deno 2.0.0: it must be ${DENO_VERSION}`,
  });
});

Deno.test("hostArch() is the architecture of the Deno that runs the build", () => {
  assert.equal(TARGETS[hostArch()].triple, Deno.build.target);
});
