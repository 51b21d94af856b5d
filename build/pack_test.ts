import assert from "node:assert/strict";
import { Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { data, program } from "./charm_file.ts";
import { pack } from "./pack.ts";

const FILES = [
  program("hooks/start", "#!/bin/sh\n"),
  data("metadata.yaml", "name: fake\n"),
  data("bundle/hooks/start.js", "1;\n".repeat(1000)),
];

Deno.test("pack() sorts files and keeps their modes", async () => {
  const { bytes } = await pack(FILES);
  await using zip = new ZipReader(new Uint8ArrayReader(bytes), {
    useWebWorkers: false,
  });
  const entries = (await zip.getEntries()).map(
    ({ filename, externalFileAttributes, rawLastModDate }) => ({
      filename,
      mode: (externalFileAttributes >>> 16).toString(8),
      date: rawLastModDate,
    }),
  );
  const date = 0x210000;
  assert.deepEqual(entries, [
    { filename: "bundle/hooks/start.js", mode: "100644", date },
    { filename: "hooks/start", mode: "100755", date },
    { filename: "metadata.yaml", mode: "100644", date },
  ]);
});

Deno.test("pack() makes the same bytes of the same files, in any order", async () => {
  const { bytes } = await pack(FILES);
  assert.deepEqual((await pack(FILES.toReversed())).bytes, bytes);
});

Deno.test("pack() returns sizes", async () => {
  const [bundle] = (await pack(FILES)).entries;
  assert.equal(bundle?.size, 3000);
  assert.ok(bundle.packedSize < 100);
});
