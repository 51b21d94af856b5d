import assert from "node:assert/strict";
import { dirname } from "node:path/posix";
import { until } from "./lxd/administration.ts";
import { makeTemporaryFolder, sweep } from "./temporary.ts";
import type { Printed } from "./temporary_example.ts";
import { type Owner, ownerOf, parseRootName, rootNameOf } from "./temporary_owner.ts";
import { mountsBelow, processesOf, removeWithUsers } from "./temporary_remove.ts";

const LIMIT_MS = 120_000;
const EXAMPLE = new URL("temporary_example.ts", import.meta.url).pathname;

Deno.test("makeTemporaryFolder() makes empty folders, all of them below the process's root", async () => {
  const folders = [
    await makeTemporaryFolder(),
    await makeTemporaryFolder({ prefix: "a folder " }),
    await makeTemporaryFolder({ isShort: true }),
    await Deno.makeTempDir(),
  ];
  assert.equal(new Set(folders).size, folders.length);
  const name = rootNameOf(await running(Deno.pid));
  for (const folder of folders) {
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    assert.match(folder, new RegExp(`/${name}/`));
    await Deno.remove(folder);
  }
});

Deno.test("unix sockets of other programs fit into TMPDIR, however long it was", async () => {
  const module = new URL("temporary.ts", import.meta.url).href;
  const code = `await import(${JSON.stringify(module)}); console.log(Deno.env.get("TMPDIR"));`;
  // Outside the root of this process, the program makes a root of its own.
  const outside = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "x".repeat(60) });
  try {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      env: { TMPDIR: outside },
    }).output();
    assert.match(new TextDecoder().decode(stdout), /^\/tmp\/lxdi-[0-9a-z-]{1,27}\n$/);
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

Deno.test("ownerOf() knows a process until it has ended", async () => {
  const process = new Deno.Command("sleep", { args: ["3600"] }).spawn();
  const owner = await running(process.pid);
  assert.deepEqual(parseRootName(rootNameOf(owner)), owner);
  assert.equal(owner.namespace, (await running(Deno.pid)).namespace);
  process.kill("SIGKILL");
  await process.status;
  assert.equal(await ownerOf(process.pid), undefined);
});

Deno.test.each(["lxdi", "lxdi-1-2", "lxdi-1-2-3-4", "lxdi-1-2-?", "lxd-1-2-3", "x-lxdi-1-2-3"])(
  "parseRootName() refuses %s",
  (name) => assert.equal(parseRootName(name), undefined),
);

Deno.test("sweep() removes the folders of ended processes, and nothing else", async () => {
  const base = await makeTemporaryFolder();
  const own = await running(Deno.pid);
  const dead: Owner = { ...own, start: own.start + 1 };
  const roots = {
    living: rootNameOf(own),
    dead: rootNameOf(dead),
    elsewhere: rootNameOf({ ...dead, namespace: own.namespace + 1 }),
    foreign: rootNameOf({ ...dead, pid: 1, start: own.start + 2 }),
    other: "lxd-1",
  };
  for (const name of Object.values(roots)) {
    await Deno.mkdir(`${base}/${name}/below`, { recursive: true });
  }
  await Deno.chown(`${base}/${roots.foreign}`, 65534, 65534);
  const file = rootNameOf({ ...dead, start: own.start + 3 });
  await Deno.writeTextFile(`${base}/${file}`, "");
  await sweep(base);
  const { dead: _, ...kept } = roots;
  const names = (await Array.fromAsync(Deno.readDir(base))).map(({ name }) => name);
  assert.deepEqual(names.toSorted(), [...Object.values(kept), file].toSorted());
  await Deno.remove(base, { recursive: true });
});

Deno.test("removeWithUsers() ends the processes of a folder, and no others", async () => {
  const folder = await makeTemporaryFolder({ prefix: "a folder " });
  const start = (options: Deno.CommandOptions) =>
    new Deno.Command("sleep", { args: ["3600"], clearEnv: true, ...options }).spawn();
  const users = [
    start({ cwd: folder }),
    start({ env: { VARIABLE: `${folder}/below` } }),
    start({ env: { PATH: `/bin:${folder}` } }),
  ];
  const other = start({ env: { VARIABLE: `${folder}er` } });
  assert.deepEqual((await processesOf(folder)).length, users.length);
  await Promise.all([removeWithUsers(folder), removeWithUsers(folder)]);
  for (const user of users) assert.equal((await user.status).signal, "SIGKILL");
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  assert.notEqual(await ownerOf(other.pid), undefined);
  other.kill();
  await other.status;
});

Deno.test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "nothing stays of a process with an LXD after %s",
  async (signal) => {
    await using example = await startExample();
    await example.kill(signal);
    await assertNothingStays(example.printed);
  },
);

Deno.test("sweep() removes the rest of a process that was killed with its watcher", async () => {
  await using example = await startExample();
  const { root } = example.printed;
  const watcher = await watcherOf(root);
  Deno.kill(watcher, "SIGKILL");
  await until("see the watcher ended", LIMIT_MS, async () => await ownerOf(watcher) === undefined);
  await example.kill("SIGKILL");
  await sweep(dirname(root));
  await assertNothingStays(example.printed);
});

async function running(pid: number): Promise<Owner> {
  const owner = await ownerOf(pid);
  assert.ok(owner);
  return owner;
}

interface Example extends AsyncDisposable {
  readonly printed: Printed;
  /** Sends a signal, and waits for the end. */
  readonly kill: (signal: Deno.Signal) => Promise<void>;
}

async function startExample(): Promise<Example> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", EXAMPLE],
    // With TMPDIR it has its own root. With the other variable it ends with this process.
    env: { TMPDIR: "/tmp", STARTED_BY: await makeTemporaryFolder() },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const kill = async (signal: Deno.Signal) => {
    process.kill(signal);
    await process.status;
  };
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    assert.ok(!done, "the program ended");
    text += value;
  }
  return {
    printed: JSON.parse(text),
    kill,
    [Symbol.asyncDispose]: async () => {
      await reader.cancel();
      await process.status;
    },
  };
}

async function watcherOf(root: string): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    const args = command.split("\0");
    if (args.includes(root) && args.some((arg) => arg.endsWith("/temporary_watch.ts"))) {
      return Number(name);
    }
  }
  throw new Error(`Cannot find the watcher of ${root}: there is none`);
}

async function assertNothingStays({ root, pids }: Printed): Promise<void> {
  const left = async () => ({
    processes: await processesOf(root),
    started: (await Promise.all(pids.map(ownerOf))).filter((owner) => owner !== undefined),
    mounts: await mountsBelow(root),
    folder: await Deno.stat(root).then(() => root, () => undefined),
  });
  const nothing = { processes: [], started: [], mounts: [], folder: undefined };
  const isGone = async () => JSON.stringify(await left()) === JSON.stringify(nothing);
  // The caller compares the rest.
  await until("see nothing stay", LIMIT_MS, isGone).catch(() => {});
  assert.deepEqual(await left(), nothing);
}
