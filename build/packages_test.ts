import assert from "node:assert/strict";
import { npmPackages } from "./packages.ts";

const ROOT = new URL("..", import.meta.url).pathname;

Deno.test("npmPackages() finds imported packages and their dependencies", async () => {
  const packages = await npmPackages("tests/certificates.ts", ROOT);
  assert.equal(packages.get("@peculiar/x509@2.2.0")?.license, "MIT");
  assert.equal(packages.get("tslib@2.9.1")?.license, "0BSD");
});

Deno.test("npmPackages() finds no package in a module without imports", async () => {
  const packages = await npmPackages("build/error.ts", ROOT);
  assert.deepEqual([...packages], []);
});
