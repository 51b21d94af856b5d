/**
 * Tests the compiled form with a true `denort`, from the compilation to a unit's status.
 *
 * No package of npm has a `denort`. A package of PyPI has an executable that `deno compile` 2.6.10
 * made: it begins with that version's `denort`. PyPI has Deno 2.6.10, too, so the test builds a
 * small charm with both. That version's TLS cannot connect to an LXD, but the small charm connects
 * to none.
 */
import assert from "node:assert/strict";
import { DENORT_HASHES } from "../../build/denort_hashes.ts";
import { ELF_HEADER_SIZE } from "../../build/elf.ts";
import { entry, type FakeProject, fakeProject } from "../../build/fake_project.ts";
import { sha256Of } from "../../build/sha256.ts";
import { type Arch, DENO_VERSION } from "../../build/target.ts";
import { createModel, expandArchive } from "../juju/mod.ts";
import { ensureWheel } from "../pypi.ts";
import { EMULATOR, ensureEmulator, LIBRARIES } from "./emulator.ts";
import { run } from "./process.ts";
import { copyProject } from "./project.ts";

const VERSION = "2.6.10";
const MACHINES: Readonly<Record<Arch, string>> = { amd64: "x86_64", arm64: "aarch64" };
const LITTLE_ENDIAN = true;

const START = `
const tool = async (name: string, ...args: string[]) => {
  const { success, stdout } = await new Deno.Command(name, { args }).output();
  if (!success) throw new Error(\`\${name} fails\`);
  return new TextDecoder().decode(stdout).trim();
};
const attempts = {
  env: () => Deno.env.get("HOME"),
  read: () => Deno.readTextFileSync("/etc/hostname"),
  run: () => new Deno.Command("juju-log", { args: ["x"] }).outputSync(),
  write: () => Deno.writeTextFileSync("x", ""),
};
const denied = Object.entries(attempts).filter(([, attempt]) => {
  try {
    attempt();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotCapable;
  }
});
const unit = Deno.env.get("JUJU_UNIT_NAME");
// The build starts it, too, without Juju's variables.
if (unit) {
  const leads = JSON.parse(await tool("is-leader", "--format=json"));
  const { label } = JSON.parse(await tool("config-get", "--format=json"));
  const may = denied.map(([name]) => name);
  const message = \`\${unit} (\${label}) \${leads ? "leads" : "follows"}, denied: \${may}\`;
  await tool("status-set", "active", message);
}
`;

for (const arch of ["amd64", "arm64"] as const) {
  Deno.test(`a charm compiled with a true denort for ${arch} starts, with its tools and permissions`, async () => {
    await using project = await smallProject();
    const { root } = project;
    const denort = `${root}/denort`;
    await Deno.writeFile(denort, await readDenort(arch));
    const charm = `${root}/charm`;
    const built = await buildWith(project, { DENORT_BIN: denort }, `--platform=${arch}`);
    assert.deepEqual({ ...built, out: "" }, { code: 0, out: "", err: "" });
    assert.ok(built.out.includes(`bytes, compiled (with DENORT_BIN ${denort}`), built.out);
    await expandArchive(`${root}/dist/fake_${arch}.charm`, charm);
    if (arch !== "amd64") {
      await ensureEmulator();
      await emulate(`${charm}/hooks/start`);
    }
    await using model = await createModel();
    await model.deploy(charm, { name: "fake", units: 2, config: { label: "a label" } });
    await model.settle();
    for (const [unit, role] of [["fake/0", "leads"], ["fake/1", "follows"]] as const) {
      assert.deepEqual(model.status(unit), {
        status: "active",
        message: `${unit} (a label) ${role}, denied: env,read,run,write`,
      });
    }
    assert.deepEqual(model.runs.filter(({ outcome }) => outcome === "failed"), []);
  });
}

Deno.test("the build refuses a denort that is not listed, and one that has changed", async () => {
  await using project = await smallProject();
  const { root } = project;
  const bytes = await readDenort("amd64");
  const cache = `${root}/cache`;
  const name = "denort-x86_64-unknown-linux-gnu.zip";
  const folder = `${cache}/dl/release/v${VERSION}`;
  await Deno.mkdir(folder, { recursive: true });
  const keep = async (bytes: Uint8Array<ArrayBuffer>) => {
    await Deno.writeFile(`${root}/denort`, bytes);
    const packed = await run(["python3", "-m", "zipfile", "-c", `${folder}/${name}`, "denort"], {
      cwd: root,
    });
    assert.deepEqual(packed, { code: 0, out: "", err: "" });
  };
  // The build finds its own packages in the cache.
  const { out } = await run([Deno.execPath(), "info", "--json"]);
  const { denoDir } = JSON.parse(out);
  await Deno.symlink(`${denoDir}/npm`, `${cache}/npm`);
  for await (const { name } of Deno.readDir(`${denoDir}/dl`)) {
    if (name !== "release") await Deno.symlink(`${denoDir}/dl/${name}`, `${cache}/dl/${name}`);
  }
  const env = { DENORT_BIN: "", DENO_DIR: cache };
  await keep(bytes);
  const trusted = await buildWith(project, env);
  assert.ok(trusted.out.includes("bytes, compiled (with denort of Deno's cache)\n"), trusted.err);
  // Changes one bit.
  const changed = bytes.slice();
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  await keep(changed);
  const refused = await buildWith(project, env);
  assert.deepEqual({ code: refused.code, err: refused.err }, {
    code: 1,
    err: `Cannot compile with denort of Deno's cache: its SHA-256 is ${await sha256Of(changed)}, ` +
      `and must be ${DENORT_HASHES[VERSION]?.amd64}\n`,
  });
});

/** Makes a project whose hook reports its permissions. */
async function smallProject(): Promise<FakeProject> {
  return await fakeProject({
    "hooks/start.ts": entry("start", START),
    "charmcraft.yaml": `
type: charm
name: fake
summary: A charm
description: For tests
base: ubuntu@24.04
platforms: { amd64: , arm64: }
parts: { charm: { plugin: nil } }
provides: { api: { interface: lxd } }
actions: { say: { description: Says something } }
config: { options: { label: { type: string } } }
`,
    "deno.json": JSON.stringify({
      permissions: {
        nothing: {},
        start: { env: ["JUJU_*"], run: ["config-get", "is-leader", "status-set"] },
      },
    }),
  });
}

/** Builds a project with this build and that version of Deno. */
async function buildWith(
  { root }: FakeProject,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
) {
  const ours = `${root}/ours`;
  await copyProject(ours);
  const target = `${ours}/build/target.ts`;
  const text = await Deno.readTextFile(target);
  await Deno.writeTextFile(target, text.replace(`"${DENO_VERSION}"`, `"${VERSION}"`));
  const deno = `${await ensureWheel(
    `deno==${VERSION}`,
    platformsOf("x86_64"),
  )}/deno-${VERSION}.data/scripts/deno`;
  await Deno.chmod(deno, 0o755);
  const command = [deno, "run", "--allow-all", "--config", `${ours}/deno.json`] as const;
  const result = await run([...command, `${ours}/build/main.ts`, "build", ...args], {
    cwd: root,
    env: { NO_COLOR: "1", ...env },
  });
  await Deno.remove(ours, { recursive: true });
  return result;
}

/** Reads the runtime out of an executable. It ends with the section headers. */
async function readDenort(arch: Arch): Promise<Uint8Array<ArrayBuffer>> {
  const wheel = await ensureWheel("bids-validator-deno==2.4.1", platformsOf(MACHINES[arch]));
  const path = `${wheel}/bids_validator_deno-2.4.1.data/scripts/bids-validator-deno`;
  const bytes = await Deno.readFile(path);
  const header = new DataView(bytes.buffer, 0, ELF_HEADER_SIZE);
  const sections = Number(header.getBigUint64(40, LITTLE_ENDIAN));
  const [size, count] = [58, 60].map((offset) => header.getUint16(offset, LITTLE_ENDIAN));
  const denort = bytes.slice(0, sections + (size ?? 0) * (count ?? 0));
  assert.equal(await sha256Of(denort), DENORT_HASHES[VERSION]?.[arch]);
  return denort;
}

function platformsOf(machine: string): readonly string[] {
  return ["manylinux_2_27", "manylinux_2_28"].map((tag) => `${tag}_${machine}`);
}

/** Makes a stub start the emulator. */
async function emulate(stub: string): Promise<void> {
  const text = await Deno.readTextFile(stub);
  const emulated = text.replace('exec "$made"', `exec ${EMULATOR} -L ${LIBRARIES} "$made"`);
  assert.notEqual(emulated, text);
  await Deno.writeTextFile(stub, emulated);
}
