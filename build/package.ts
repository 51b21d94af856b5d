/**
 * `deno task package [--out <folder>] [--repository <URL>]`: packs the requirer's library for npm.
 *
 * @module
 */

import { cp } from "node:fs/promises";
import { parseArgs } from "node:util";
import { runDeno } from "./deno.ts";
import { BuildError } from "./error.ts";
import { addToManifest } from "./npm_manifest.ts";

type Settings = Readonly<Record<string, unknown>>;

const LIBRARY = "lib/requirer";

/** The settings of the whole project that the library is built with. */
const SHARED = ["imports", "compilerOptions", "lock"];

/** Fields of `package.json` that `deno pack` has no setting for. */
const MANIFEST = {
  description: "The requirer's side of the Juju interface lxd, for charms that talk to LXD",
  homepage: "https://charmhub.io/lxd-integrator",
  engines: { node: ">=22" },
};

/** The documents of the package, each with its source in the project. */
const DOCUMENTS = { LICENSE: "LICENSE", "README.md": "docs/requirer-library.md" };

/**
 * Packs the modules that `exports` of `lib/requirer/deno.json` names, and the modules that they import, as JavaScript
 * with declarations of their types.
 *
 * @param root The project's root.
 * @param out Folder for the package; made if it is not there.
 * @param repository URL of the repository that the package is published from, as CI knows it. @default {not stated}
 * @returns Path of the package.
 * @throws {BuildError} If it cannot be packed.
 */
export async function packLibrary(
  root: string,
  out: string,
  repository?: string,
): Promise<string> {
  const [project, library] = await Promise.all([
    readJson(`${root}/deno.json`),
    readJson(`${root}/${LIBRARY}/deno.json`),
  ]);
  const { name, version } = library;
  const path = `${out}/${String(name).replace("@", "").replace("/", "-")}-${version}.tgz`;
  await Deno.mkdir(out, { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "package-" });
  try {
    await cp(`${root}/${LIBRARY}`, folder, { recursive: true });
    const settings = JSON.stringify(settingsOf(library, project));
    await Deno.writeTextFile(`${folder}/deno.json`, settings);
    await Deno.writeTextFile(`${folder}/deno.lock`, await libraryLock(root));
    for (const [name, source] of Object.entries(DOCUMENTS)) {
      await cp(`${root}/${source}`, `${folder}/${name}`);
    }
    const tarball = await denoPack(folder);
    const fields = { ...MANIFEST, ...repositoryOf(repository) };
    await Deno.writeFile(path, await addToManifest(tarball, fields));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return path;
}

function repositoryOf(repository: string | undefined): Settings {
  if (repository === undefined) return {};
  return { repository: { type: "git", url: `git+${repository}.git`, directory: LIBRARY } };
}

async function readJson(path: string): Promise<Settings> {
  return JSON.parse(await Deno.readTextFile(path));
}

function settingsOf(library: Settings, project: Settings): Settings {
  return {
    ...library,
    ...Object.fromEntries(SHARED.map((name) => [name, project[name]])),
    // `deno pack` takes the modules that are imported, and these; without the list it takes all files of the folder.
    publish: { include: Object.keys(DOCUMENTS) },
  };
}

/** Returns `deno.lock` without the members of the workspace, which the package does not contain. */
async function libraryLock(root: string): Promise<string> {
  const { workspace, ...lock } = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`));
  return JSON.stringify({ ...lock, workspace: { dependencies: workspace.dependencies } });
}

async function denoPack(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const output = ["--output", `${folder}/package.tgz`];
  const args = ["pack", "--quiet", "--allow-dirty", "--no-source-maps", ...output];
  const { success, reason } = await runDeno(args, { cwd: folder });
  if (!success) throw new BuildError(`Cannot pack the library: ${reason}`);
  return await Deno.readFile(`${folder}/package.tgz`);
}

if (import.meta.main) {
  const options = {
    out: { type: "string", default: "dist" },
    repository: { type: "string" },
  } as const;
  const { values: { out, repository } } = parseArgs({ args: Deno.args, options });
  const path = await packLibrary(Deno.cwd(), out, repository);
  await Deno.stdout.write(new TextEncoder().encode(`${path}\n`));
}
