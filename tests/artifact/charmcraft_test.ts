/**
 * Compares the charm of `charmcraft pack` with the charm of our build. The test runs the part's
 * script as charmcraft does, in a copy of the project in another folder. The comparison also shows
 * that two builds of the same sources are equal.
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { expandArchive } from "../juju/mod.ts";
import { ensurePackages } from "../packages.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { type Ended, run } from "./process.ts";
import { CHARM, copyProject, ROOT, task } from "./project.ts";
import { list } from "./small_charm.ts";

/** Files that charmcraft makes from charmcraft.yaml. */
const GENERATED = ["actions.yaml", "config.yaml", "manifest.yaml", "metadata.yaml"];
const YAML = { version: "1.1" } as const;
const BASES = ["22.04", "24.04", "26.04"];
const ARCHITECTURES = ["amd64", "arm64"];

interface Declared {
  readonly parts: {
    readonly charm: { readonly "override-build": string; readonly plugin: string };
  };
  readonly platforms: Readonly<
    Record<
      string,
      { readonly "build-on": readonly string[]; readonly "build-for": readonly string[] }
    >
  >;
  readonly analysis: unknown;
  readonly [key: string]: unknown;
}

/** A program that reads a charmcraft.yaml as charmcraft does, and prints the charms that it would build. */
const PLAN = `
import json, sys, yaml, craft_platforms
from charmcraft.models.project import PlatformCharm

with open(sys.argv[1]) as file:
    data = yaml.safe_load(file)
PlatformCharm.unmarshal(data)
plan = craft_platforms.get_build_plan("charmcraft", project_data=data)
print(json.dumps([
    f"{one.platform} on {one.build_base} {one.build_on.value} for {one.build_for.value}"
    for one in plan
]))
`;

const PLATFORMS = BASES.flatMap((base) => ARCHITECTURES.map((arch) => `ubuntu@${base}:${arch}`));

const declared: Declared = parse(await Deno.readTextFile(`${ROOT}/charmcraft.yaml`), YAML);

for (const arch of ARCHITECTURES) {
  Deno.test(`charmcraft's part makes the same files as our build, for ${arch}`, async (t) => {
    await ensurePackages({
      purpose: "run the part of charmcraft.yaml",
      packages: ["unzip"],
      programs: [["unzip", "-v"]],
    });
    const folder = await makeTemporaryFolder({ prefix: "part-" });
    try {
      const part = await makePart(folder);
      const ended = await runPart(part, arch);
      assert.equal(ended.code, 0, ended.err);
      const ours = await ourCharm(`${folder}/ours`, arch);
      const charm = `${folder}/charm`;
      await expandArchive(ours, charm);
      await t.step("file by file, except those that charmcraft writes", async () => {
        await compareFiles(part.install, charm);
      });
      await t.step("and those as charmcraft writes them", async () => {
        await checkGenerated(charm, arch);
      });
      await t.step("and the same bytes in both folders", async () => {
        const name = `dist/lxd-integrator_${arch}.charm`;
        const compared = await run(["cmp", `${part.build}/${name}`, ours]);
        assert.deepEqual(compared, { code: 0, out: "", err: "" });
        const listed = await run(["sha256sum", ours]);
        assert.ok(ended.out.includes(`SHA-256 ${listed.out.split(" ")[0]}\n`), ended.out);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("charmcraft.yaml describes this charm, and has no field that charmcraft warns of", () => {
  assert.equal(declared["base"], undefined);
  assert.deepEqual(Object.keys(declared.platforms), PLATFORMS);
  for (const [name, platform] of Object.entries(declared.platforms)) {
    assert.deepEqual(platform, {
      "build-on": ARCHITECTURES,
      "build-for": [name.split(":").at(-1)],
    });
  }
  assert.equal(declared.parts.charm.plugin, "nil");
  assert.deepEqual(declared["assumes"], ["juju >= 3.6"]);
  assert.deepEqual(declared.analysis, { ignore: { linters: ["naming-conventions"] } });
});

Deno.test("charmcraft reads charmcraft.yaml, and plans one charm for each base and architecture", async () => {
  const python = await ensureVirtualEnvironment("charmcraft", ["charmcraft==4.5.0"]);
  const { code, out, err } = await run([python, "-c", PLAN, `${ROOT}/charmcraft.yaml`]);
  assert.equal(code, 0, err);
  const planned: readonly string[] = JSON.parse(out);
  // Each can be built on both architectures.
  const expected = BASES.flatMap((base) =>
    ARCHITECTURES.flatMap((arch) =>
      ARCHITECTURES.map((on) => `ubuntu@${base}:${arch} on ubuntu@${base} ${on} for ${arch}`)
    )
  );
  assert.deepEqual(planned, expected);
});

/** Folders of a part, as charmcraft makes them. */
interface Part {
  readonly project: string;
  readonly build: string;
  readonly install: string;
  /** Programs that come before those of PATH. */
  readonly bin: string;
}

async function makePart(folder: string): Promise<Part> {
  const [project, build, install] = ["project", "build", "install"].map((it) => `${folder}/${it}`);
  assert.ok(project && build && install);
  for (const each of [project, build]) await copyProject(each);
  // `source: .` does not copy it (charmcraft's source_ignore_patterns).
  await Deno.remove(`${build}/charmcraft.yaml`);
  await Deno.mkdir(install);
  // npx would fetch the Deno of this process.
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin);
  const npx =
    `#!/bin/sh\n[ "$1 $2" = "-y deno@${Deno.version.deno}" ] || exit\nshift 2\nexec "$DENO" "$@"\n`;
  await Deno.writeTextFile(`${bin}/npx`, npx, { mode: 0o755 });
  return { project, build, install, bin };
}

async function runPart({ project, build, install, bin }: Part, arch: string): Promise<Ended> {
  // craft-parts runs it like this (Executor: bash, with errexit).
  return await run(["bash", "-ec", declared.parts.charm["override-build"]], {
    cwd: build,
    env: {
      CRAFT_ARCH_BUILD_FOR: arch,
      CRAFT_PART_BUILD: build,
      CRAFT_PART_INSTALL: install,
      CRAFT_PROJECT_DIR: project,
      DENO: Deno.execPath(),
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      // This replaces a closed network.
      DENORT_BIN: "",
      HTTPS_PROXY: "http://127.0.0.1:1",
      NO_COLOR: "1",
    },
  });
}

/** Builds the charm for an architecture, unless it is already built. */
async function ourCharm(out: string, arch: string): Promise<string> {
  if (arch === "amd64") return CHARM;
  const args = ["build", "--runtime=bundled", `--platform=${arch}`, "--out", out];
  const built = await task(args);
  assert.equal(built.code, 0, built.err);
  return `${out}/lxd-integrator_${arch}.charm`;
}

async function compareFiles(install: string, charm: string): Promise<void> {
  const all = await filesOf(charm);
  const staged = all.filter(([path]) => !GENERATED.includes(path));
  assert.deepEqual(await filesOf(install), staged);
  const names = staged.map(([path]) => path);
  for (const name of ["LICENSE", "README.md", "icon.svg", "sbom.cdx.json"]) {
    assert.ok(names.includes(name), name);
  }
}

async function checkGenerated(charm: string, arch: string): Promise<void> {
  const read = async (name: string) => parse(await Deno.readTextFile(`${charm}/${name}`), YAML);
  const { name, summary, description, assumes, provides, peers, title, links } = declared;
  const metadata = { name, summary, description, assumes, provides, peers, ...Object(links) };
  assert.deepEqual(await read("metadata.yaml"), { ...metadata, "display-name": title });
  assert.deepEqual(await read("config.yaml"), declared["config"]);
  assert.deepEqual(await read("actions.yaml"), declared["actions"]);
  const { "charmcraft-started-at": _, ...manifest } = await read("manifest.yaml");
  assert.deepEqual(manifest, {
    "charmcraft-version": "4.5.0",
    bases: BASES.map((channel) => ({ name: "ubuntu", channel, architectures: [arch] })),
    analysis: {
      attributes: [
        { name: "language", result: "unknown" },
        { name: "framework", result: "unknown" },
      ],
    },
  });
}

async function filesOf(folder: string) {
  const paths = await list(folder);
  return await Promise.all(paths.map(async (path) => {
    const { mode } = await Deno.stat(`${folder}/${path}`);
    const bytes = await Deno.readFile(`${folder}/${path}`);
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    return [path, (mode ?? 0) & 0o777, new Uint8Array(digest).toHex()] as const;
  }));
}
