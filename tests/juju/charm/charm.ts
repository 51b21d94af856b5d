/**
 * Reads a charm: its metadata, configuration options and actions.
 *
 * @module
 */

import { join } from "node:path/posix";
import { parse } from "yaml";
import { isJuju3 } from "../queries.ts";
import type { ConfigValue, Endpoint, JujuVersion } from "../state.ts";
import { asMap, parseActions, parseEndpoints, parseOptions } from "./manifests.ts";

/** Type of a configuration option. */
export type OptionType = "string" | "int" | "float" | "boolean" | "secret";

/** A configuration option of a charm. */
export interface Option {
  readonly type: OptionType;
  /** Undefined if it has none; config-get then leaves the option out. */
  readonly default: ConfigValue | undefined;
}

/** An action of a charm. */
export interface ActionSpec {
  /** JSON schema of each parameter. */
  readonly params: Readonly<Record<string, Record<string, unknown>>>;
  readonly required: readonly string[];
  /** Whether it takes parameters that it does not name. */
  readonly additionalProperties: boolean;
}

/** A charm that was expanded to a directory that nobody changes. */
export interface Charm {
  readonly name: string;
  readonly directory: string;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly options: ReadonlyMap<string, Option>;
  readonly actions: ReadonlyMap<string, ActionSpec>;
}

/**
 * Reads an expanded charm.
 *
 * @throws {Error} If Juju would refuse it.
 */
export async function readCharm(
  directory: string,
  jujuVersion: JujuVersion,
): Promise<Charm> {
  const metadata = await readYaml(directory, "metadata.yaml");
  if (metadata === undefined) {
    throw new Error("Cannot read charm: it has no metadata.yaml");
  }
  if (
    !isJuju3({ jujuVersion }) &&
    await readYaml(directory, "manifest.yaml") === undefined
  ) throw new Error("charm manifest not found");
  const config = await readYaml(directory, "config.yaml");
  const actions = await readYaml(directory, "actions.yaml");
  const name = metadata["name"];
  if (typeof name !== "string") {
    throw new Error("Cannot read metadata.yaml: name must be a string");
  }
  return {
    name,
    directory,
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
