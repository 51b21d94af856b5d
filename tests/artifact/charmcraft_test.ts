/**
 * What `charmcraft pack` makes and what our build makes: the part's script is run as charmcraft runs it, in a copy of the
 * project in another folder; then the files are compared, and with them two builds of the same sources.
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { expandArchive } from "../juju/mod.ts";
import { ensurePackages } from "../packages.ts";
import { run } from "./process.ts";
import { CHARM, copyProject, ROOT, task } from "./project.ts";
import { list } from "./small_charm.ts";

/** What charmcraft writes itself, from charmcraft.yaml. */
const GENERATED = ["config.yaml", "manifest.yaml", "metadata.yaml"];
const YAML = { version: "1.1" } as const;

interface Declared {
  readonly parts: {
    readonly charm: { readonly "override-build": string; readonly plugin: string };
  };
  readonly platforms: Readonly<Record<string, { readonly "build-for": readonly string[] }>>;
  readonly analysis: unknown;
  readonly [key: string]: unknown;
}

const declared: Declared = parse(await Deno.readTextFile(`${ROOT}/charmcraft.yaml`), YAML);

/** A part's folders, as charmcraft makes them. */
async function makePart(folder: string) {
  const [project, build, install] = ["project", "build", "install"].map((it) => `${folder}/${it}`);
  assert.ok(project && build && install);
  for (const each of [project, build]) await copyProject(each);
  // `source: .` does not bring it (charmcraft's source_ignore_patterns).
  await Deno.remove(`${build}/charmcraft.yaml`);
  await Deno.mkdir(install);
  // The Deno at hand is the one that npx would fetch.
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin);
  const npx =
    `#!/bin/sh\n[ "$1 $2" = "-y deno@${Deno.version.deno}" ] || exit\nshift 2\nexec "$DENO" "$@"\n`;
  await Deno.writeTextFile(`${bin}/npx`, npx, { mode: 0o755 });
  return { project, build, install, bin };
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

type Part = Awaited<ReturnType<typeof makePart>>;

/** Runs the part's script as craft-parts does (Executor: bash, with errexit), and returns what it prints. */
async function runPart(arch: string, { project, build, install, bin }: Part): Promise<string> {
  await ensurePackages({
    purpose: "run the part of charmcraft.yaml",
    packages: ["unzip"],
    programs: [["unzip", "-v"]],
  });
  const ended = await run(["bash", "-ec", declared.parts.charm["override-build"]], {
    cwd: build,
    env: {
      CRAFT_ARCH_BUILD_FOR: arch,
      CRAFT_PART_BUILD: build,
      CRAFT_PART_INSTALL: install,
      CRAFT_PROJECT_DIR: project,
      DENO: Deno.execPath(),
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      // What it makes on a closed network.
      DENORT_BIN: "",
      HTTPS_PROXY: "http://127.0.0.1:1",
      NO_COLOR: "1",
    },
  });
  assert.equal(ended.code, 0, ended.err);
  return ended.out;
}

/** Builds the charm, unless it is the one that the tests have anyway. */
async function buildOurs(arch: string, out: string): Promise<string> {
  if (arch === "amd64") return CHARM;
  const built = await task([
    "build",
    "--runtime=bundled",
    `--platform=${arch}`,
    "--out",
    out,
  ]);
  assert.equal(built.code, 0, built.err);
  return `${out}/lxd-integrator_${arch}.charm`;
}

for (const arch of ["amd64", "arm64"]) {
  Deno.test(`charmcraft's part makes the same files as our build, for ${arch}`, async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "part-" });
    try {
      const part = await makePart(folder);
      const printed = await runPart(arch, part);
      const ours = await buildOurs(arch, `${folder}/ours`);
      const charm = `${folder}/charm`;
      await expandArchive(ours, charm);

      await t.step("file by file, but for those that charmcraft writes", async () => {
        await checkFiles(charm, part.install);
      });
      await t.step("and those as charmcraft writes them", async () => {
        await checkDeclarations(charm, arch);
      });
      await t.step("and the same bytes in both folders", async () => {
        const name = `dist/lxd-integrator_${arch}.charm`;
        const compared = await run(["cmp", `${part.build}/${name}`, ours]);
        assert.deepEqual(compared, { code: 0, out: "", err: "" });
        const listed = await run(["sha256sum", ours]);
        assert.ok(printed.includes(`SHA-256 ${listed.out.split(" ")[0]}\n`), printed);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function checkFiles(charm: string, install: string): Promise<void> {
  const all = await filesOf(charm);
  const expected = all.filter(([path]) => !GENERATED.includes(path));
  assert.deepEqual(await filesOf(install), expected);
  const names = expected.map(([path]) => path);
  for (const name of ["LICENSE", "README.md", "icon.svg", "sbom.cdx.json"]) {
    assert.ok(names.includes(name), name);
  }
}

async function checkDeclarations(charm: string, arch: string): Promise<void> {
  const read = async (name: string) => parse(await Deno.readTextFile(`${charm}/${name}`), YAML);
  const { name, summary, description, assumes, provides, peers, title } = declared;
  const metadata = { name, summary, description, assumes, provides, peers };
  assert.deepEqual(await read("metadata.yaml"), { ...metadata, "display-name": title });
  assert.deepEqual(await read("config.yaml"), declared["config"]);
  const { "charmcraft-started-at": _, ...manifest } = await read("manifest.yaml");
  assert.deepEqual(manifest, {
    "charmcraft-version": "4.5.0",
    bases: [{ name: "ubuntu", channel: "24.04", architectures: [arch] }],
    analysis: {
      attributes: [
        { name: "language", result: "unknown" },
        { name: "framework", result: "unknown" },
      ],
    },
  });
}

Deno.test("charmcraft.yaml declares what this charm is, and nothing that charmcraft warns of", () => {
  assert.deepEqual(Object.keys(declared.platforms), ["amd64", "arm64"]);
  for (const [arch, platform] of Object.entries(declared.platforms)) {
    assert.deepEqual(platform["build-for"], [arch]);
  }
  assert.equal(declared.parts.charm.plugin, "nil");
  assert.deepEqual(declared["assumes"], ["juju >= 3.6"]);
  assert.deepEqual(declared.analysis, { ignore: { linters: ["naming-conventions"] } });
});
