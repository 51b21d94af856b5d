import assert from "node:assert/strict";
import { dirname } from "node:path/posix";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { entry, fakeProject } from "./fake_project.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;
const CONFIG = new URL("../deno.json", import.meta.url).pathname;
// The permissions of the build in the project's deno.json.
const PERMISSIONS = [
  "--allow-read",
  "--allow-write=dist",
  "--allow-run",
  "--allow-env=DENORT_BIN,LOG_TOKENS,LOG_STREAM",
];

// Tries actions that its permissions allow, and others that they refuse.
const START = `
const results = await Promise.all([
  () => Deno.env.get("JUJU_UNIT_NAME"),
  () => run("status-set", "active", "two words"),
  () => run("relation-set"),
  () => Deno.env.get("HOME"),
  () => Deno.readTextFile("/etc/hostname"),
  () => Deno.makeTempFile(),
  () => Deno.connect({ port: 1 }),
  () => Deno.hostname(),
  () => import(["file:///etc", "hostname"].join("/")),
  () => import(["https://raw.githubusercontent.com", "x"].join("/")),
].map(attempt));
console.log(JSON.stringify(results));

async function run(program, ...args) {
  const { stdout } = await new Deno.Command(program, { args }).output();
  return new TextDecoder().decode(stdout).trim().split("\\n");
}
async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    return error.name;
  }
}
`;
const SAY = `throw new Error("Cannot say it");\n`;
const STATUS_SET = `#!/bin/sh
for each in "$@" "$PATH" "$HOME" "$DENO_DIR"; do echo "$each"; done
pwd
`;

async function deno(cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", `--config=${CONFIG}`, ...args],
    cwd,
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

async function unpack(charm: string, folder: string): Promise<void> {
  const bytes = await Deno.readFile(charm);
  await using zip = new ZipReader(new Uint8ArrayReader(bytes), {
    useWebWorkers: false,
  });
  for (const entry of await zip.getEntries()) {
    if (entry.directory) continue;
    const path = `${folder}/${entry.filename}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, await entry.getData(new Uint8ArrayWriter()), {
      mode: (entry.unixMode ?? 0) & 0o777,
    });
  }
}

async function list(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    paths.push(path, ...(isDirectory ? await list(path) : []));
  }
  return paths.toSorted();
}

/** Builds and unpacks a charm, with its hook tools, and with files that could disturb its hooks. */
async function makeCharm() {
  const project = await fakeProject({
    "hooks/start.ts": entry("start", START),
    "actions/say.ts": entry("nothing", SAY),
    "bin/status-set": STATUS_SET,
    "bin/relation-set": STATUS_SET,
    "home/.npmrc": "registry=\nnonsense",
    "elsewhere/deno.json": "nonsense",
  });
  const { root } = project;
  await Deno.chmod(`${root}/bin/status-set`, 0o755);
  await Deno.chmod(`${root}/bin/relation-set`, 0o755);
  const { code, out, err } = await deno(root, ...PERMISSIONS, MAIN, "build", "--runtime=bundled");
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.match(out, /^runtime\/deno +\d{8} +\d{8} +\d+\.\d %$/m);
  const charm = `${root}/the charm`;
  await unpack(`${root}/dist/fake_amd64.charm`, charm);

  async function run(path: string, cwd: string, env = {}) {
    // Deno.Command would make a relative path absolute.
    const command = new Deno.Command("/bin/sh", {
      args: ["-c", `exec "${path}"`],
      cwd,
      clearEnv: true,
      env: { PATH: `${root}/bin`, JUJU_UNIT_NAME: "fake/0", ...env },
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }
  /** Runs the hook, and checks which of its actions succeed. */
  async function checkStart(path: string, cwd: string, env = {}) {
    const { code, stdout, stderr } = await run(path, cwd, env);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    const outer = [`${charm}/runtime/tools:${root}/bin`, charm, `${charm}/runtime/cache`, cwd];
    const tool = ["active", "two words", ...outer];
    const refused = Array.from({ length: 6 }, () => "NotCapable");
    const expected = ["fake/0", tool, ...refused, "TypeError", "TypeError"];
    assert.deepEqual(JSON.parse(stdout), expected);
  }
  return { root, charm, run, checkStart, [Symbol.asyncDispose]: project[Symbol.asyncDispose] };
}

Deno.test("main() builds a charm whose executables have their permissions, and no others", async (t) => {
  await using made = await makeCharm();
  const { root, charm, run, checkStart } = made;
  const before = await list(root);
  const cache = `${charm}/runtime/cache`;
  const compiled = `${charm}/runtime/compiled`;
  await Deno.mkdir(`${compiled}/of another revision`, { recursive: true });

  await t.step("as Juju runs them", async () => {
    await checkStart(`${charm}/hooks/start`, charm);
  });
  await t.step("and remove the folder of the other form", async () => {
    await assert.rejects(Deno.stat(compiled), Deno.errors.NotFound);
  });
  await t.step("by a relative path", async () => {
    await checkStart("../the charm/hooks/start", `${root}/bin`);
  });
  await t.step("despite configuration files around them", async () => {
    await checkStart(`${charm}/hooks/start`, `${root}/elsewhere`, { HOME: `${root}/home` });
  });
  await t.step("with a cache that cannot be written", async () => {
    await Deno.remove(cache, { recursive: true });
    await Deno.writeTextFile(cache, "");
    await checkStart(`${charm}/hooks/start`, charm);
    await Deno.remove(cache);
  });
  await t.step("without variables, and fail in plain text", async () => {
    const { code, stdout, stderr } = await run(`${charm}/actions/say`, charm);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, /^error: .*Cannot say it\n/);
  });
  await t.step("and write into the runtime's cache only", async () => {
    const after = await list(root);
    assert.deepEqual(after.filter((path) => !path.startsWith(cache)), before);
  });
});

Deno.test.each([
  {
    args: ["build", "--runtime=bundled"],
    err: 'Cannot build the charm: deno.json has no permissions named "start", "stop"\n',
  },
  {
    args: ["build", "--output=x"],
    err: "Cannot read the arguments: only --out <folder>, --runtime compiled|bundled|auto, " +
      "--platform amd64|arm64\n",
  },
])("main() says $err", async ({ args, err }) => {
  await using project = await fakeProject({
    "hooks/stop.ts": entry("stop"),
    "deno.json": '{ "permissions": { "nothing": {} } }',
  });
  assert.deepEqual(await deno(project.root, ...PERMISSIONS, MAIN, ...args), {
    code: 1,
    out: "",
    err,
  });
});
