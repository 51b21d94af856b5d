import assert from "node:assert/strict";
import { addToManifest } from "./npm_manifest.ts";
import { makeTemporaryFolder } from "../tests/temporary.ts";

const MANIFEST = { name: "a", version: "1.0.0" };

async function run(cwd: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("tar", { args: [...args], cwd })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** A folder with a package, and a tarball of its files in the given order. */
async function pack(...files: readonly string[]) {
  const folder = await makeTemporaryFolder();
  await Deno.mkdir(`${folder}/package`);
  await Deno.writeTextFile(`${folder}/package/package.json`, JSON.stringify(MANIFEST));
  await Deno.writeTextFile(`${folder}/package/a.js`, "a".repeat(1000));
  await run(folder, "czf", "a.tgz", ...files.map((name) => `package/${name}`));
  return {
    folder,
    tarball: await Deno.readFile(`${folder}/a.tgz`),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test.each([
  { size: 1 },
  // One file of a block more than before.
  { size: 600 },
])(
  "addToManifest() adds a field of $size characters, and keeps the other files",
  async ({ size }) => {
    await using packed = await pack("package.json", "a.js");
    const { folder } = packed;
    const fields = { engines: { node: ">".repeat(size) } };
    await Deno.writeFile(`${folder}/b.tgz`, await addToManifest(packed.tarball, fields));
    assert.equal(await run(folder, "tzf", "b.tgz"), "package/package.json\npackage/a.js\n");
    await Deno.remove(`${folder}/package`, { recursive: true });
    await run(folder, "xzf", "b.tgz");
    const manifest = await Deno.readTextFile(`${folder}/package/package.json`);
    assert.deepEqual(JSON.parse(manifest), { ...MANIFEST, ...fields });
    assert.equal(await Deno.readTextFile(`${folder}/package/a.js`), "a".repeat(1000));
  },
);

Deno.test("addToManifest() makes the same bytes of the same input", async () => {
  await using packed = await pack("package.json", "a.js");
  const fields = { engines: { node: ">=22" } };
  const first = await addToManifest(packed.tarball, fields);
  assert.deepEqual(await addToManifest(packed.tarball, fields), first);
});

Deno.test("addToManifest() refuses a tarball whose first file is another", async () => {
  await using packed = await pack("a.js", "package.json");
  await assert.rejects(addToManifest(packed.tarball, {}), {
    name: "BuildError",
    message: "Cannot pack the library: its first file is package/a.js, not package/package.json",
  });
});
