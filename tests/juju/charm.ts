/**
 * Reads a charm: its metadata, configuration options and actions.
 *
 * @module
 */

import { join } from "node:path/posix";
import { parse } from "yaml";
import type { ConfigValue, Endpoint, JujuVersion, Role } from "./state.ts";

/** Type of a configuration option. */
export type OptionType = "string" | "int" | "float" | "boolean" | "secret";

/** A configuration option of a charm. */
export interface Option {
  readonly type: OptionType;
  readonly default: ConfigValue | undefined;
}

/** An action of a charm. */
export interface ActionSpec {
  readonly params: Readonly<Record<string, Record<string, unknown>>>;
  readonly required: readonly string[];
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

const ACTION_NAME_REGEXP = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const ROLES = [
  ["provides", "provides"],
  ["requires", "requires"],
  ["peers", "peer"],
] as const;
const OPTION_TYPES: ReadonlySet<unknown> = new Set(
  ["string", "int", "float", "boolean", "secret"] satisfies OptionType[],
);

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
    throw new Error(`Cannot read charm: it has no metadata.yaml`);
  }
  if (
    !jujuVersion.startsWith("3.") &&
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
    endpoints: readEndpoints(metadata),
    options: readOptions(record(config?.["options"], "config options")),
    actions: readActions(actions ?? {}),
  };
}

/** Checks and completes the parameters of an action. */
export function actionParams(
  name: string,
  spec: ActionSpec,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(spec.params)) {
    // Only defaults are injected; the rest stays absent.
    if (schema["default"] !== undefined) params[key] = schema["default"];
  }
  for (const [key, value] of Object.entries(given)) {
    const schema = spec.params[key];
    if (!schema && !spec.additionalProperties) {
      throw new Error(
        `Cannot run action "${name}": it has no parameter "${key}"`,
      );
    }
    const type = schema?.["type"];
    if (typeof type === "string" && !hasJsonType(value, type)) {
      throw new Error(
        `Cannot run action "${name}": "${key}" must be of type ${type}`,
      );
    }
    const allowed = schema?.["enum"];
    if (Array.isArray(allowed) && !allowed.includes(value)) {
      throw new Error(
        `Cannot run action "${name}": "${key}" must be one of ${JSON.stringify(allowed)}`,
      );
    }
    params[key] = value;
  }
  const missing = spec.required.find((key) => params[key] === undefined);
  if (missing !== undefined) {
    throw new Error(`Cannot run action "${name}": "${missing}" is required`);
  }
  return params;
}

/**
 * Checks the value of an option.
 *
 * @throws {Error} If the charm has no such option or another type for it.
 */
export function checkOption(
  charm: Charm,
  key: string,
  value: ConfigValue,
): void {
  const option = charm.options.get(key);
  if (!option) {
    throw new Error(
      `Cannot configure "${charm.name}": it has no option "${key}"`,
    );
  }
  if (hasOptionType(value, option.type)) return;
  throw new Error(
    `Cannot configure "${charm.name}": option "${key}" must be of type ${option.type}`,
  );
}

function hasOptionType(value: ConfigValue, type: OptionType): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "int":
      return Number.isInteger(value);
    case "float":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "secret":
      return typeof value === "string" &&
        (value === "" || /^secret:[a-z0-9]{20}$/.test(value));
  }
}

function hasJsonType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null &&
        !Array.isArray(value);
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    default:
      return true;
  }
}

function readEndpoints(
  metadata: Record<string, unknown>,
): ReadonlyMap<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  for (const [section, role] of ROLES) {
    const found = record(metadata[section], section);
    for (const [name, value] of Object.entries(found)) {
      // A bare string is short for {interface: name}.
      const interfaceName = typeof value === "string" ? value : record(value, name)["interface"];
      if (typeof interfaceName !== "string") {
        throw new Error(`Cannot read endpoint "${name}": no interface`);
      }
      checkReserved(name, role);
      checkReserved(interfaceName, role);
      if (endpoints.has(name)) {
        throw new Error(`Cannot read endpoint "${name}": it is defined twice`);
      }
      endpoints.set(name, { name, role, interface: interfaceName });
    }
  }
  return endpoints;
}

function checkReserved(name: string, role: Role): void {
  if (name === "juju" || name.startsWith("juju-")) {
    throw new Error(`Cannot use "${name}" for a ${role} endpoint: reserved`);
  }
}

function readOptions(
  found: Record<string, unknown>,
): ReadonlyMap<string, Option> {
  const options = new Map<string, Option>();
  for (const [key, value] of Object.entries(found)) {
    const { type, default: preset } = record(value, key) as {
      type?: OptionType;
      default?: ConfigValue | null;
    };
    if (type === undefined || !OPTION_TYPES.has(type)) {
      throw new Error(`Cannot read option "${key}": unknown type "${type}"`);
    }
    // It would clash with the application's own setting of that name.
    if (key === "trust") {
      throw new Error(`Cannot read option "trust": the name is Juju's own`);
    }
    if (
      preset !== undefined && preset !== null && !hasOptionType(preset, type)
    ) {
      throw new Error(`Cannot read option "${key}": default is not ${type}`);
    }
    options.set(key, { type, default: preset ?? undefined });
  }
  return options;
}

function readActions(
  found: Record<string, unknown>,
): ReadonlyMap<string, ActionSpec> {
  const actions = new Map<string, ActionSpec>();
  for (const [name, value] of Object.entries(found)) {
    if (!ACTION_NAME_REGEXP.test(name) || /^juju(?:-|$)/.test(name)) {
      throw new Error(`Cannot read action "${name}": bad action name`);
    }
    const spec = record(value, name);
    if (/"\$(?:ref|schema)":/.test(JSON.stringify(spec))) {
      throw new Error(`Cannot read action "${name}": $ref and $schema`);
    }
    const required = spec["required"];
    actions.set(name, {
      params: record(spec["params"], name) as ActionSpec["params"],
      required: Array.isArray(required) ? required : [],
      additionalProperties: spec["additionalProperties"] !== false,
    });
  }
  return actions;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`Cannot read ${what}: it must be a map`);
}

async function readYaml(
  directory: string,
  name: string,
): Promise<Record<string, unknown> | undefined> {
  try {
    return record(parse(await Deno.readTextFile(join(directory, name))), name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
