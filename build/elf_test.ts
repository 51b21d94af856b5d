import assert from "node:assert/strict";
import { defectOf } from "./elf.ts";
import { smallDenort } from "./fake_project.ts";
import { DENO_VERSION } from "./target.ts";

Deno.test("defectOf() accepts Deno itself", async () => {
  assert.equal(defectOf(await Deno.readFile(Deno.execPath()), "amd64"), undefined);
});

Deno.test("defectOf() accepts a small substitute, for its architecture only", async () => {
  const bytes = await smallDenort();
  assert.equal(defectOf(bytes, "amd64"), undefined);
  assert.equal(defectOf(bytes, "arm64"), "it is not for arm64");
});

Deno.test("defectOf() refuses a file that is no ELF file", () => {
  for (const text of ["", "\x7fELF", "#!/bin/sh\n".repeat(10)]) {
    const defect = defectOf(new TextEncoder().encode(text), "amd64");
    assert.equal(defect, "it is no ELF file of 64 bits");
  }
});

Deno.test("defectOf() refuses another version, and a version with the same beginning", async () => {
  const bytes = await smallDenort();
  const isOther = `it is not of Deno ${DENO_VERSION}`;
  assert.equal(defectOf(await Deno.readFile("/bin/dash"), "amd64"), isOther);
  const digit = bytes.indexOf(
    0,
    bytes.lastIndexOf(DENO_VERSION.charCodeAt(DENO_VERSION.length - 1)),
  );
  bytes.set(new TextEncoder().encode("0"), digit);
  assert.equal(defectOf(bytes, "amd64"), isOther);
});
