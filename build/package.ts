/**
 * `deno task package [--out <folder>]`: packs the requirer's library for npm.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { BuildError } from "./error.ts";

/** What the library is for its users; `deno.json` holds more that concerns the charm only. */
const FIELDS = ["name", "version", "license", "exports", "imports", "compilerOptions", "lock"];

/** What goes into the package beside the modules: from where in the project. */
const DOCUMENTS = { LICENSE: "LICENSE", "README.md": "docs/requirer-library.md" };

/**
 * Packs the modules that `exports` of `deno.json` names, and what they import, as JavaScript with
 * declarations of their types.
 *
 * @param root The project's root.
 * @param out Folder for the package; made if it is not there.
 * @returns Path of the package.
 * @throws {BuildError} If it cannot be packed.
 */
export async function packLibrary(root: string, out: string): Promise<string> {
  const project = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const file = `${project.name.replace("@", "").replace("/", "-")}-${project.version}.tgz`;
  await Deno.mkdir(out, { recursive: true });
  const stage = await Deno.makeTempDir({ prefix: "package-" });
  try {
    await Deno.writeTextFile(`${stage}/deno.json`, JSON.stringify(librarySettings(project)));
    await Deno.writeTextFile(`${stage}/deno.lock`, await libraryLock(root));
    await Deno.mkdir(`${stage}/lib`);
    for await (const { name } of Deno.readDir(`${root}/lib`)) {
      await Deno.copyFile(`${root}/lib/${name}`, `${stage}/lib/${name}`);
    }
    for (const [name, source] of Object.entries(DOCUMENTS)) {
      await Deno.copyFile(`${root}/${source}`, `${stage}/${name}`);
    }
    await denoPack(stage, `${await Deno.realPath(out)}/${file}`);
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
  return `${out}/${file}`;
}

function librarySettings(project: Readonly<Record<string, unknown>>): unknown {
  return {
    ...Object.fromEntries(FIELDS.map((name) => [name, project[name]])),
    // Of what no module imports; else all files of the folder.
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
