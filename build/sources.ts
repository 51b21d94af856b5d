/**
 * The sources of the charm.
 *
 * @module
 */

import { bundle } from "./bundle.ts";
import type { Charmcraft } from "./charm_yaml.ts";
import { checkExecutables, findExecutables } from "./executables.ts";
import { inParallel } from "./in_parallel.ts";
import { type NpmPackage, npmPackages } from "./packages.ts";
import { permissionFlags } from "./permissions.ts";
import { readCharmcraft, readDenoConfig } from "./project.ts";
import type { BundledExecutable } from "./runtime.ts";

/** The sources of the charm. */
export interface Sources {
  /** The content of `charmcraft.yaml`. */
  readonly charmcraft: Charmcraft;
  /** License of the project; undefined if `deno.json` names none. */
  readonly license: string | undefined;
  /** The executables. */
  readonly executables: readonly BundledExecutable[];
  /** The npm packages in the executables, by `<name>@<version>`. */
  readonly packages: ReadonlyMap<string, NpmPackage>;
}

/**
 * Reads a project, and bundles its executables.
 *
 * @param root The project's root.
 * @throws {BuildError} If the sources do not make a charm.
 */
export async function readSources(root: string): Promise<Sources> {
  const charmcraft = await readCharmcraft(root);
  const { license, permissions: sets } = await readDenoConfig(root);
  const found = await findExecutables(root);
  checkExecutables(found, charmcraft, sets);
  const described = found.map(({ permissions: set, ...executable }) => ({
    ...executable,
    permissions: permissionFlags(set, sets[set] ?? {}),
  }));
  const bundles = await inParallel(described, async ({ source, ...executable }) => ({
    executable: { ...executable, code: await bundle(source, root) },
    packages: await npmPackages(source, root),
  }));
  return {
    charmcraft,
    license,
    executables: bundles.map(({ executable }) => executable),
    packages: new Map(bundles.flatMap(({ packages }) => [...packages])),
  };
}
