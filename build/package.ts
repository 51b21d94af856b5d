/**
 * `deno task package [--out <folder>]`: packs the requirer's library for npm.
 *
 * @module
 */

import { cp } from "node:fs/promises";
import { parseArgs } from "node:util";
import { runDeno } from "./deno.ts";
import { BuildError } from "./error.ts";
import { addToManifest } from "./npm_manifest.ts";

/** The fields of `deno.json` that describe the library; the others concern the charm only. */
const FIELDS = ["name", "version", "license", "exports", "imports", "compilerOptions", "lock"];

/** Fields of `package.json` that `deno pack` has no setting for. */
const MANIFEST = { engines: { node: ">=22" } };

/** The documents of the package, each with its source in the project. */
const DOCUMENTS = { LICENSE: "LICENSE", "README.md": "docs/requirer-library.md" };

/**
 * Packs the modules that `exports` of `deno.json` names, and the modules that they import, as JavaScript with
 * declarations of their types.
 *
 * @param root The project's root.
 * @param out Folder for the package; made if it is not there.
 * @returns Path of the package.
 * @throws {BuildError} If it cannot be packed.
 */
export async function packLibrary(root: string, out: string): Promise<string> {
  const project = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const name = `${project.name.replace("@", "").replace("/", "-")}-${project.version}.tgz`;
  await Deno.mkdir(out, { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "package-" });
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(librarySettings(project)));
    await cp(`${root}/deno.lock`, `${folder}/deno.lock`);
    await cp(`${root}/lib`, `${folder}/lib`, { recursive: true });
    for (const [name, source] of Object.entries(DOCUMENTS)) {
      await cp(`${root}/${source}`, `${folder}/${name}`);
    }
    const tarball = await denoPack(folder);
    await Deno.writeFile(`${out}/${name}`, await addToManifest(tarball, MANIFEST));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return `${out}/${name}`;
}

function librarySettings(project: Readonly<Record<string, unknown>>): unknown {
  return {
    ...Object.fromEntries(FIELDS.map((name) => [name, project[name]])),
    // Without this list `deno pack` takes all files of the folder.
    publish: { include: Object.keys(DOCUMENTS) },
  };
}

async function denoPack(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const output = ["--output", `${folder}/package.tgz`];
  const args = ["pack", "--quiet", "--allow-dirty", "--no-source-maps", ...output];
  const { success, reason } = await runDeno(args, { cwd: folder });
  if (!success) throw new BuildError(`Cannot pack the library: ${reason}`);
  return await Deno.readFile(`${folder}/package.tgz`);
}

if (import.meta.main) {
  const out = { type: "string", default: "dist" } as const;
  const { values } = parseArgs({ args: Deno.args, options: { out } });
  await Deno.stdout.write(
    new TextEncoder().encode(`${await packLibrary(Deno.cwd(), values.out)}\n`),
  );
}
