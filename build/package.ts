/**
 * `deno task package [--out <folder>]`: packs the requirer's library for npm.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { BuildError } from "./error.ts";

const LIBRARY = "lib/requirer";

/** The settings of the whole project that the library is built with. */
const SHARED = ["imports", "compilerOptions", "lock"];

/** What goes into the package beside the modules: from where in the project. */
const DOCUMENTS = { LICENSE: "LICENSE", "README.md": "docs/requirer-library.md" };

/**
 * Packs the modules that `exports` of `lib/requirer/deno.json` names, and what they import, as
 * JavaScript with declarations of their types.
 *
 * @param root The project's root.
 * @param out Folder for the package; made if it is not there.
 * @returns Path of the package.
 * @throws {BuildError} If it cannot be packed.
 */
export async function packLibrary(root: string, out: string): Promise<string> {
  const [project, library] = await Promise.all([
    readJson(`${root}/deno.json`),
    readJson(`${root}/${LIBRARY}/deno.json`),
  ]);
  const { name, version } = library;
  const file = `${String(name).replace("@", "").replace("/", "-")}-${version}.tgz`;
  await Deno.mkdir(out, { recursive: true });
  const stage = await Deno.makeTempDir({ prefix: "package-" });
  try {
    for await (const { name } of Deno.readDir(`${root}/${LIBRARY}`)) {
      await Deno.copyFile(`${root}/${LIBRARY}/${name}`, `${stage}/${name}`);
    }
    const settings = JSON.stringify(settingsOf(library, project));
    await Deno.writeTextFile(`${stage}/deno.json`, settings);
    await Deno.writeTextFile(`${stage}/deno.lock`, await libraryLock(root));
    for (const [name, source] of Object.entries(DOCUMENTS)) {
      await Deno.copyFile(`${root}/${source}`, `${stage}/${name}`);
    }
    await denoPack(stage, `${await Deno.realPath(out)}/${file}`);
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
  return `${out}/${file}`;
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await Deno.readTextFile(path));
}

function settingsOf(
  library: Readonly<Record<string, unknown>>,
  project: Readonly<Record<string, unknown>>,
): unknown {
  return {
    ...library,
    ...Object.fromEntries(SHARED.map((name) => [name, project[name]])),
    // `deno pack` takes the modules that are imported, and these; else it takes the whole folder.
    publish: { include: Object.keys(DOCUMENTS) },
  };
}

/** Returns `deno.lock` without the members of the workspace: the package does not contain them. */
async function libraryLock(root: string): Promise<string> {
  const { workspace, ...lock } = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`));
  return JSON.stringify({ ...lock, workspace: { dependencies: workspace.dependencies } });
}

async function denoPack(cwd: string, output: string): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", output],
    cwd,
    env: { NO_COLOR: "1" },
  });
  const { success, stderr } = await command.output();
  if (success) return;
  throw new BuildError(`Cannot pack the library: ${new TextDecoder().decode(stderr).trim()}`);
}

if (import.meta.main) {
  const out = { type: "string", default: "dist" } as const;
  const { values } = parseArgs({ args: Deno.args, options: { out } });
  await Deno.stdout.write(
    new TextEncoder().encode(`${await packLibrary(Deno.cwd(), values.out)}\n`),
  );
}
