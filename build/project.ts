/**
 * The files of the project that the build reads itself.
 *
 * @module
 */

import { type Charmcraft, parseCharmcraft } from "./charm_yaml.ts";
import { parseYaml } from "./declarations.ts";
import { BuildError } from "./error.ts";
import { parsePermissionSets, type PermissionSet } from "./permissions.ts";

/** The settings in `deno.json` that the build needs. */
export interface DenoConfig {
  /** License of the project; undefined if it is not named. */
  readonly license: string | undefined;
  /** Permission sets by name. */
  readonly permissions: Readonly<Record<string, PermissionSet>>;
}

/**
 * Reads `charmcraft.yaml`.
 *
 * @param root The project's root.
 * @throws {BuildError} If the file is missing or malformed.
 */
export async function readCharmcraft(root: string): Promise<Charmcraft> {
  return parseCharmcraft(await read(root, "charmcraft.yaml", parseYaml));
}

/**
 * Reads `deno.json`.
 *
 * @param root The project's root.
 * @throws {BuildError} If the file is missing or malformed.
 */
export async function readDenoConfig(root: string): Promise<DenoConfig> {
  const value = await read(root, "deno.json", JSON.parse);
  const license = (value as { readonly license?: unknown }).license;
  return {
    license: typeof license === "string" ? license : undefined,
    permissions: parsePermissionSets(value),
  };
}

async function read(
  root: string,
  name: string,
  parse: (text: string) => unknown,
): Promise<unknown> {
  try {
    return parse(await Deno.readTextFile(`${root}/${name}`));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : cause;
    throw new BuildError(`Cannot read ${name}: ${why}`, { cause });
  }
}
