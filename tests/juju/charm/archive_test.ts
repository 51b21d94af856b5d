import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js";
import { createModel } from "../model/create_model.ts";
import { sampleCharm, script } from "../testing/sample_charm.ts";
import { makeDirectory } from "../disk/directories.ts";
import { expandArchive } from "./archive.ts";
import { deployCharm, expandCharm } from "./store.ts";

interface ZipFile {
  readonly name: string;
  readonly text?: string;
  /** Type and permissions, as in stat. */
  readonly mode: number;
}

const FILE = 0o100000;
const LINK = 0o120000;
const FIFO = 0o010000;
const METADATA = { name: "metadata.yaml", text: "name: x\n", mode: FILE | 0o644 };
const HOOK = { name: "hooks/install", text: "#!/bin/sh\n", mode: FILE | 0o755 };

async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await makeDirectory();
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}

async function zip(path: string, files: readonly ZipFile[]): Promise<string> {
  const writer = new ZipWriter(new BlobWriter());
  for (const { mode, name, text = "" } of files) {
    await writer.add(name, new TextReader(text), {
      externalFileAttributes: (mode << 16) >>> 0,
      versionMadeBy: 3 << 8 | 20,
    });
  }
  const archive = join(path, "x.charm");
  await Deno.writeFile(archive, await (await writer.close()).bytes());
  return archive;
}

async function expand(
  directory: string,
  files: readonly ZipFile[],
): Promise<string> {
  const target = join(directory, "charm");
  await Deno.mkdir(target);
  await expandArchive(await zip(directory, files), target);
  return target;
}

async function modeOf(path: string): Promise<string> {
  return ((await Deno.lstat(path)).mode ?? 0 & 0o777).toString(8).slice(-3);
}

Deno.test("expandArchive() keeps modes, and fixes known hooks only", async () => {
  await using temp = await temporary();
  const charm = await expand(temp.path, [
    METADATA,
    { name: "hooks/install", mode: FILE | 0o644 },
    { name: "hooks/api-relation-joined", mode: FILE | 0o600 },
    { name: "hooks/helper", mode: FILE | 0o644 },
    { name: "hooks/deep/install", mode: FILE | 0o644 },
    { name: "actions/go", mode: FILE | 0o644 },
    { name: "dispatch", mode: FILE | 0o644 },
    { name: "bin/tool", mode: FILE | 0o751 },
  ]);
  const modes: Record<string, string> = {};
  for (
    const name of [
      "hooks/install",
      "hooks/api-relation-joined",
      "hooks/helper",
      "hooks/deep/install",
      "actions/go",
      "dispatch",
      "bin/tool",
    ]
  ) modes[name] = await modeOf(join(charm, name));
  assert.deepEqual(modes, {
    "hooks/install": "744",
    "hooks/api-relation-joined": "700",
    "hooks/helper": "644",
    "hooks/deep/install": "644",
    "actions/go": "644",
    dispatch: "644",
    "bin/tool": "751",
  });
});

Deno.test("expandArchive() makes symlinks inside of the charm", async () => {
  await using temp = await temporary();
  const charm = await expand(temp.path, [
    METADATA,
    { name: "bin/multi", text: "multi", mode: FILE | 0o755 },
    { name: "hooks/start", text: "../bin/multi", mode: LINK | 0o777 },
  ]);
  assert.equal(await Deno.readLink(join(charm, "hooks/start")), "../bin/multi");
  assert.equal(await Deno.readTextFile(join(charm, "hooks/start")), "multi");
});

const REFUSED = [
  {
    what: "an absolute symlink",
    file: { name: "hooks/a", text: "/etc/passwd", mode: LINK | 0o777 },
    message: 'cannot extract "hooks/a": symlink "/etc/passwd" is absolute',
  },
  {
    what: "a symlink that leaves the charm",
    file: { name: "hooks/a", text: "../../x", mode: LINK | 0o777 },
    message: 'cannot extract "hooks/a": symlink "../../x" leads out of scope',
  },
  {
    what: "a pipe",
    file: { name: "hooks/a", mode: FIFO | 0o644 },
    message: 'cannot extract "hooks/a": unknown file type 4096',
  },
] as const;

for (const { file, message, what } of REFUSED) {
  Deno.test(`expandArchive() refuses ${what}`, async () => {
    await using temp = await temporary();
    await assert.rejects(expand(temp.path, [METADATA, HOOK, file]), { message });
  });
}

Deno.test("expandArchive() refuses a charm without hooks", async () => {
  await using temp = await temporary();
  await assert.rejects(expand(temp.path, [METADATA]), {
    message: `invalid charm "${join(temp.path, "x.charm")}": has no hooks nor dispatch file`,
  });
});

Deno.test("expandArchive() strips leading ../ from names", async () => {
  await using temp = await temporary();
  const charm = await expand(temp.path, [
    METADATA,
    HOOK,
    { name: "../../out.txt", text: "in", mode: FILE | 0o644 },
  ]);
  assert.equal(await Deno.readTextFile(join(charm, "out.txt")), "in");
});

Deno.test("expandCharm() expands the same archive once", async () => {
  await using temp = await temporary();
  const archive = await zip(temp.path, [METADATA, HOOK]);
  assert.equal(await expandCharm(archive), await expandCharm(archive));
});

Deno.test("deployCharm() links big executables and copies the rest", async () => {
  await using temp = await temporary();
  const source = join(temp.path, "source");
  await Deno.mkdir(source);
  await Deno.writeFile(join(source, "big"), new Uint8Array(2 * 1024 * 1024));
  await Deno.chmod(join(source, "big"), 0o755);
  await Deno.writeTextFile(join(source, "small"), "s");
  const unit = join(temp.path, "unit");
  await deployCharm(source, unit);
  const inode = async (path: string) => (await Deno.stat(path)).ino;
  assert.equal(
    await inode(join(unit, "big")),
    await inode(join(source, "big")),
  );
  assert.notEqual(
    await inode(join(unit, "small")),
    await inode(join(source, "small")),
  );
});

Deno.test("refresh() removes old files, and leaves unknown ones", async () => {
  await using before = await sampleCharm({
    "hooks/start": script("touch data/written"),
    "hooks/install": script("mkdir -p data"),
    "data/old": "old",
    "lib/old": "old",
    "lib/both": "old",
  });
  await using after = await sampleCharm({
    "hooks/upgrade-charm": script("cat lib/both"),
    "lib/both": "new",
    "lib/new": "new",
  });
  await using model = await createModel();
  await model.deploy(before.path, { config: { port: 2 } });
  await model.settle();
  const from = model.runs.length;
  await model.refresh("sample", after.path);
  await model.settle();
  assert.deepEqual(
    model.runs.slice(from).map(({ hook, stdout }) => [hook, stdout]),
    [["upgrade-charm", "new"], ["config-changed", ""]],
  );
  const charm = model.charmDir("sample/0");
  const names = async (directory: string) =>
    (await Array.fromAsync(Deno.readDir(join(charm, directory))))
      .map(({ name }) => name).sort();
  assert.deepEqual(await names("lib"), ["both", "new"]);
  assert.deepEqual(await names("data"), ["written"]);
  assert.deepEqual(await names("hooks"), ["upgrade-charm"]);
});
