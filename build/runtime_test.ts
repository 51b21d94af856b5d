import assert from "node:assert/strict";
import { bundled, chooseRuntime, DENO_VERSION } from "./runtime.ts";

const HOST = { version: DENO_VERSION, os: "linux", arch: "x86_64" };

Deno.test("chooseRuntime() takes the Deno that runs the build", () => {
  const { form, arch } = chooseRuntime();
  assert.deepEqual({ form, arch }, { form: "bundled", arch: "amd64" });
});

Deno.test("chooseRuntime() refuses another version", () => {
  assert.throws(() => chooseRuntime({ ...HOST, version: "2.0.0" }), {
    name: "BuildError",
    message: `Cannot put Deno 2.0.0 into the charm: it must be ${DENO_VERSION}`,
  });
});

Deno.test.each([
  { os: "darwin", arch: "x86_64" },
  { os: "linux", arch: "aarch64" },
])("chooseRuntime() refuses $os $arch", ({ os, arch }) => {
  assert.throws(() => chooseRuntime({ ...HOST, os, arch }), {
    name: "BuildError",
    message: `Cannot build on ${os} ${arch}: it must be linux x86_64`,
  });
});

Deno.test("bundled() makes a stub and a bundle of each executable", () => {
  const files = bundled("amd64", "/nowhere").executable({
    path: "actions/say",
    code: new Uint8Array([1]),
    permissions: [],
  });
  assert.deepEqual(files.map(({ path, kind }) => ({ path, kind })), [
    { path: "actions/say", kind: "program" },
    { path: "bundle/actions/say.js", kind: "data" },
  ]);
});
