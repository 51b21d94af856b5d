/**
 * The npm packages in the bundles.
 *
 * @module
 */

import * as z from "zod/mini";
import { runDeno } from "./deno.ts";
import { BuildError } from "./error.ts";

/** An npm package. */
export interface NpmPackage {
  /** Name. */
  readonly name: string;
  /** Version. */
  readonly version: string;
  /** License, as an SPDX expression. */
  readonly license: string;
  /** Dependencies, as `<name>@<version>`. */
  readonly dependencies: readonly string[];
}

const Info = z.object({
  modules: z.array(z.object({ npmPackage: z.optional(z.string()) })),
  npmPackages: z._default(
    z.record(
      z.string(),
      z.object({
        name: z.string(),
        version: z.string(),
        dependencies: z.array(z.string()),
        localPath: z.string(),
      }),
    ),
    {},
  ),
});
const Manifest = z.object({ license: z.string() });

/**
 * Finds the npm packages that an entry file imports, directly or through others.
 *
 * @param source Path of the entry file below the root.
 * @param root The project's root.
 * @returns The packages by `<name>@<version>`.
 * @throws {BuildError} If a package names no license.
 */
export async function npmPackages(
  source: string,
  root: string,
): Promise<ReadonlyMap<string, NpmPackage>> {
  const { success, stdout, reason } = await runDeno(["info", "--json", source], { cwd: root });
  if (!success) throw new BuildError(`Cannot list what ${source} imports: ${reason}`);
  const info = z.parse(Info, JSON.parse(new TextDecoder().decode(stdout)));
  const packages = new Map<string, NpmPackage>();
  const queue = info.modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  for (const id of queue) {
    const found = info.npmPackages[id];
    if (!found || packages.has(id)) continue;
    const { name, version, dependencies, localPath } = found;
    const license = await readLicense(localPath, id);
    packages.set(id, { name, version, license, dependencies });
    queue.push(...dependencies);
  }
  return packages;
}

async function readLicense(folder: string, id: string): Promise<string> {
  const text = await Deno.readTextFile(`${folder}/package.json`);
  const { data } = z.safeParse(Manifest, JSON.parse(text));
  if (data) return data.license;
  throw new BuildError(`Cannot list what is bundled: ${id} names no license`);
}
