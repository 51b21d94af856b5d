/**
 * Reads the metadata, the bases, the options and the actions of a charm.
 *
 * @module
 */

import { join } from "node:path/posix";
import { parse } from "yaml";
import { parseBases } from "./bases.ts";
import type { Charm } from "./charm.ts";
import { isJuju3, type JujuVersion } from "./juju_version.ts";
import { asMap, parseActions, parseEndpoints, parseOptions } from "./manifests.ts";

/**
 * Reads an expanded charm.
 *
 * @throws {Error} If this version of Juju would refuse the charm.
 */
export async function readCharm(
  directory: string,
  jujuVersion: JujuVersion,
): Promise<Charm> {
  const metadata = await readYaml(directory, "metadata.yaml");
  if (metadata === undefined) {
    throw new Error("Cannot read charm: it has no metadata.yaml");
  }
  const manifest = await readYaml(directory, "manifest.yaml");
  if (!isJuju3({ jujuVersion }) && manifest === undefined) {
    throw new Error("charm manifest not found");
  }
  const config = await readYaml(directory, "config.yaml");
  const actions = await readYaml(directory, "actions.yaml");
  const name = metadata["name"];
  if (typeof name !== "string") {
    throw new Error("Cannot read metadata.yaml: name must be a string");
  }
  return {
    name,
    directory,
    bases: parseBases(manifest ?? {}),
    endpoints: parseEndpoints(metadata),
    options: parseOptions(config ?? {}),
    actions: parseActions(actions ?? {}),
  };
}

async function readYaml(
  directory: string,
  name: string,
): Promise<Record<string, unknown> | undefined> {
  try {
    return asMap(parse(await Deno.readTextFile(join(directory, name))), name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
