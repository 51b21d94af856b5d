import assert from "node:assert/strict";
import { npmPackages } from "./packages.ts";

const ROOT = new URL("..", import.meta.url).pathname;

Deno.test("npmPackages() finds what is imported, with what that needs in turn", async () => {
  const packages = await npmPackages("tests/certificates.ts", ROOT);
  assert.equal(packages.get("@peculiar/x509@2.2.0")?.license, "MIT");
  assert.equal(packages.get("tslib@2.9.1")?.license, "0BSD");
});

Deno.test("npmPackages() finds nothing where nothing is imported", async () => {
  const packages = await npmPackages("build/error.ts", ROOT);
  assert.deepEqual([...packages], []);
});
