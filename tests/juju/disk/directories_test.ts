import assert from "node:assert/strict";
import { basename, join } from "node:path/posix";
import { makeDirectory, sweepDirectories } from "./directories.ts";

/** A process that made a directory in a folder, and runs until it is killed. */
async function owner(folder: string): Promise<{ process: Deno.ChildProcess; directory: string }> {
  const module = import.meta.resolve("./directories.ts");
  const code = `
    const { makeDirectory } = await import(${JSON.stringify(module)});
    console.log(await makeDirectory());
    setInterval(() => {}, 1000);`;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { TMPDIR: folder },
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const directory = (await reader.read()).value?.trim() ?? "";
  await reader.cancel();
  return { process, directory };
}

async function names(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

/** A directory that the test removes. */
async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await makeDirectory();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("makeDirectory() makes directories that only the user can read", async () => {
  await using one = await temporary();
  await using two = await temporary();
  assert.notEqual(one.path, two.path);
  assert.match(basename(one.path), /^juju-model-/);
  assert.equal(((await Deno.stat(one.path)).mode ?? 0) & 0o777, 0o700);
});

Deno.test("sweepDirectories() removes directories of killed processes only", async () => {
  await using folder = await temporary();
  const { directory, process } = await owner(folder.path);
  await Deno.mkdir(join(directory, "agents/unit-sample-0"), { recursive: true });
  await sweepDirectories(folder.path);
  assert.deepEqual(await names(folder.path), [basename(directory)]);
  process.kill("SIGKILL");
  await process.status;
  await sweepDirectories(folder.path);
  assert.deepEqual(await names(folder.path), []);
});

Deno.test("sweepDirectories() distinguishes processes with the same id by their start", async () => {
  await using folder = await temporary();
  const [id = "", start = "", namespace] = basename(folder.path)
    .slice("juju-model-".length).split("-");
  const earlier = (parseInt(start, 36) - 1).toString(36);
  const own = `juju-model-${id}-${start}-${namespace}-0000`;
  await Deno.mkdir(join(folder.path, own));
  await Deno.mkdir(join(folder.path, `juju-model-${id}-${earlier}-${namespace}-0000`));
  await sweepDirectories(folder.path);
  assert.deepEqual(await names(folder.path), [own]);
});

Deno.test("sweepDirectories() keeps directories of other containers and with other names", async () => {
  await using folder = await temporary();
  const others = ["juju-model-zzzzzz-1-1-0000", "juju-model-1", "juju-model-x-y-z-0-0", "sample"];
  for (const name of others) await Deno.mkdir(join(folder.path, name));
  await sweepDirectories(folder.path);
  assert.deepEqual(await names(folder.path), others.toSorted());
});
