/**
 * Assembles compiled executables on a unit. A small program replaces Deno's runtime.
 */
import assert from "node:assert/strict";
import { compileEach } from "../../build/compile.ts";
import { entry, smallDenort } from "../../build/fake_project.ts";
import { readSources } from "../../build/sources.ts";
import { createModel, runProcess } from "../juju/mod.ts";
import { ensurePackages } from "../packages.ts";
import { run } from "./process.ts";
import { buildSmallCharm, COMPILED, expand, list, type SmallCharm } from "./small_charm.ts";
import { mountTmpfs } from "./tmpfs.ts";

const built = await buildSmallCharm();
Deno.test.afterAll(async () => await built.project[Symbol.asyncDispose]());

const HELLO = 'echo "$0"';
/** Packages that every Ubuntu has, also a minimal one. */
const ESSENTIAL = ["coreutils", "dash", "util-linux"];

async function pathOf(charm: SmallCharm, name: string): Promise<string> {
  const [revision] = await Array.fromAsync(Deno.readDir(`${charm.path}/${COMPILED}`));
  return `${charm.path}/${COMPILED}/${revision?.name}/${name}`;
}

Deno.test("an executable has the same bytes as deno compile wrote", async () => {
  await using charm = await expand(built.archive);
  const { executables } = await readSources(built.project.root);
  const denort = await smallDenort();
  const options = { executables, denort, arch: "amd64" } as const;
  const written = await compileEach(options, async ({ path, name }, file) => ({
    path,
    name,
    bytes: await Deno.readFile(file),
  }));
  assert.equal(written.length, 3);
  for (const { path, name, bytes } of written) {
    const { code, out, err } = await charm.run(path, HELLO);
    assert.deepEqual({ code, err }, { code: 0, err: "" });
    assert.match(out, new RegExp(`^${charm.path}/.+/[0-9a-f]{16}/${name}\n$`));
    assert.deepEqual(await Deno.readFile(await pathOf(charm, name)), bytes);
  }
});

Deno.test("an executable is assembled once", async () => {
  await using charm = await expand(built.archive);
  await charm.run("hooks/start");
  const first = await Deno.stat(await pathOf(charm, "start"));
  await Deno.remove(`${charm.path}/runtime/denort`);
  const { code } = await charm.run("hooks/start");
  assert.equal(code, 0);
  const { ino, mtime } = await Deno.stat(await pathOf(charm, "start"));
  assert.deepEqual({ ino, mtime }, { ino: first.ino, mtime: first.mtime });
});

Deno.test("many processes can assemble executables at once", async () => {
  await using charm = await expand(built.archive);
  const paths = ["hooks/start", "actions/say", "hooks/start", "hooks/start", "actions/say"];
  const ended = await Promise.all(paths.map((path) => charm.run(path, "echo ran")));
  assert.deepEqual(ended, paths.map(() => ({ code: 0, out: "ran\n", err: "" })));
  assert.deepEqual(await charm.made(), ["action-say", "start"]);
});

Deno.test.each([
  { killed: "with its children", group: true },
  { killed: "without its children", group: false },
])("a stub that was killed $killed leaves no process and no file", async ({ group }) => {
  await using charm = await expand(built.archive);
  const payload = `${charm.path}/payload/start`;
  await Deno.rename(payload, `${payload}.kept`);
  await run(["mkfifo", payload]);
  const victim = new Deno.Command(`${charm.path}/hooks/start`, {
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  // Opening waits until the second step opens the pipe. That step then waits for data.
  const pipe = await Deno.open(payload, { write: true });
  Deno.kill(group ? -victim.pid : victim.pid, "SIGKILL");
  await victim.status;
  assert.deepEqual(await charm.made(), ["start.part"]);
  await Deno.rename(`${payload}.kept`, payload);
  const next = charm.run("hooks/start", "echo ran");
  // A step whose parent was killed goes on, and holds the lock until the end of its input.
  pipe.close();
  assert.deepEqual(await next, { code: 0, out: "ran\n", err: "" });
  assert.deepEqual(await charm.made(), ["start"]);
});

Deno.test("an executable with other bytes than the compiled one never runs", async () => {
  await using charm = await expand(built.archive);
  const payload = `${charm.path}/payload/start`;
  const bytes = await Deno.readFile(payload);
  await Deno.writeFile(payload, bytes.with(-1, 1));
  const { code, out, err } = await charm.run("hooks/start", "echo ran");
  assert.deepEqual({ code, out }, { code: 1, out: "" });
  assert.match(err, /^Cannot assemble start in .+: it is not what was compiled\n$/);
  assert.deepEqual(await charm.made(), []);
  await Deno.writeFile(payload, bytes);
  assert.equal((await charm.run("hooks/start", "echo ran")).out, "ran\n");
});

Deno.test("a full disk gives one clear line, and breaks nothing", async () => {
  await using disk = await mountTmpfs("1m");
  const path = `${disk.path}/charm`;
  const charm = await expand(built.archive, path);
  const filler = `${disk.path}/filler`;
  const space = await run(["sh", "-c", `head -c 64k /dev/zero >x; cat x x x x x x x x x >filler`], {
    cwd: disk.path,
  });
  await Deno.remove(`${disk.path}/x`);
  assert.equal(space.code, 0);
  // The space is enough for the beginning of an executable, not for all of it.
  await run(["sh", "-c", "cat /dev/zero >>filler"], { cwd: disk.path });
  await Deno.truncate(filler, (await Deno.stat(filler)).size - 64 * 1024);
  const { code, out, err } = await charm.run("hooks/start", "echo ran");
  assert.deepEqual({ code, out }, { code: 1, out: "" });
  assert.match(err, /^Cannot assemble start in .+: .+: No space left on device\n$/);
  assert.deepEqual(await charm.made(), []);
  await Deno.remove(filler);
  assert.deepEqual(await charm.run("hooks/start", "echo ran"), { code: 0, out: "ran\n", err: "" });
});

/** Traces system calls of a hook that is assembled. */
async function traceStart(charm: SmallCharm, calls: string): Promise<string> {
  await ensurePackages({ purpose: "trace", packages: ["strace"], programs: [["strace", "-V"]] });
  const trace = `${charm.path}/trace`;
  const options = ["-f", "-qq", "-e", `trace=${calls}`, "-o", trace];
  await run(["strace", ...options, `${charm.path}/hooks/start`]);
  return await Deno.readTextFile(trace);
}

Deno.test("a stub runs programs of a minimal Ubuntu only", async () => {
  await using charm = await expand(built.archive);
  const trace = await traceStart(charm, "execve");
  const programs = trace.matchAll(/execve\("([^"]+)".* = 0$/gm)
    .map(([, program = ""]) => program)
    .filter((program) => !program.startsWith(charm.path)).toArray();
  const owned = await run(["dpkg-query", "--listfiles", ...ESSENTIAL]);
  const names = new Set(owned.out.split("\n").map((path) => path.replace(/^\/usr/, "")));
  const foreign = programs.filter((path) => !names.has(path.replace(/^\/usr/, "")));
  assert.deepEqual(foreign, []);
  assert.ok(programs.some((program) => program.endsWith("/sha256sum")), String(programs));
});

Deno.test("a stub asks the file system to share blocks, and syncs before it renames", async () => {
  await using charm = await expand(built.archive);
  const trace = await traceStart(charm, "ioctl,fsync,rename,renameat,renameat2");
  const steps = ["FICLONE", "fsync(", "/start.part"].map((step) => trace.indexOf(step));
  assert.ok(!steps.includes(-1), trace);
  assert.deepEqual(steps, steps.toSorted((a, b) => a - b));
});

Deno.test("an upgrade leaves nothing of the former revision", async () => {
  const folders: string[] = [];
  await using model = await createModel({
    run: (execution) => {
      folders.push(execution.cwd);
      return runProcess(execution);
    },
  });
  await model.deploy(built.archive);
  await model.settle();
  const folder = folders[0] ?? "";
  const before = await list(`${folder}/${COMPILED}`);
  assert.deepEqual(before.map((path) => path.split("/")[1]), ["start"]);
  await Deno.mkdir(`${folder}/runtime/cache`);
  await Deno.writeTextFile(`${folder}/runtime/cache/v8`, "of a charm of the other form");

  const changed = entry("start", "globalThis.started = 2;\n");
  const next = await buildSmallCharm({
    "hooks/start.ts": changed,
    "hooks/upgrade-charm.ts": changed,
  });
  await using _ = next.project;
  await model.refresh("fake", next.archive);
  await model.settle();
  const after = await list(`${folder}/${COMPILED}`);
  assert.deepEqual(after.map((path) => path.split("/")[1]), ["upgrade-charm"]);
  assert.notEqual(after[0]?.split("/")[0], before[0]?.split("/")[0]);
  assert.deepEqual(await list(`${folder}/runtime/cache`), []);
});
