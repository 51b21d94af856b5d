/**
 * Parses metadata.yaml, config.yaml and actions.yaml, and refuses content that Juju refuses
 * (charm meta.go, config.go, actions.go).
 *
 * @module
 */

import type { ActionSpec, ConfigValue, Endpoint, Option, OptionType, Role } from "./charm.ts";
import { hasOptionType } from "./option_type.ts";

const ACTION_NAME_REGEXP = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const ROLES = [
  ["provides", "provides"],
  ["requires", "requires"],
  ["peers", "peer"],
] as const;
const OPTION_TYPES: ReadonlySet<unknown> = new Set(
  ["string", "int", "float", "boolean", "secret"] satisfies OptionType[],
);

/** Parses the endpoints of metadata.yaml. */
export function parseEndpoints(
  metadata: Record<string, unknown>,
): ReadonlyMap<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  for (const [section, role] of ROLES) {
    const found = asMap(metadata[section], section);
    for (const [name, value] of Object.entries(found)) {
      // A plain string stands for {interface: name}.
      const interfaceName = typeof value === "string" ? value : asMap(value, name)["interface"];
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

/** Parses the options of config.yaml. */
export function parseOptions(
  config: Record<string, unknown>,
): ReadonlyMap<string, Option> {
  const found = asMap(config["options"], "config options");
  const options = new Map<string, Option>();
  for (const [key, value] of Object.entries(found)) {
    const { type, default: preset } = asMap(value, key) as {
      type?: OptionType;
      default?: ConfigValue | null;
    };
    if (type === undefined || !OPTION_TYPES.has(type)) {
      throw new Error(`Cannot read option "${key}": unknown type "${type}"`);
    }
    // Each application has a setting of Juju's with this name.
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

/** Parses actions.yaml. */
export function parseActions(
  found: Record<string, unknown>,
): ReadonlyMap<string, ActionSpec> {
  const actions = new Map<string, ActionSpec>();
  for (const [name, value] of Object.entries(found)) {
    if (!ACTION_NAME_REGEXP.test(name) || /^juju(?:-|$)/.test(name)) {
      throw new Error(`Cannot read action "${name}": bad action name`);
    }
    const spec = asMap(value, name);
    if (/"\$(?:ref|schema)":/.test(JSON.stringify(spec))) {
      throw new Error(`Cannot read action "${name}": $ref and $schema`);
    }
    const required = spec["required"];
    actions.set(name, {
      params: asMap(spec["params"], name) as ActionSpec["params"],
      required: Array.isArray(required) ? required : [],
      additionalProperties: spec["additionalProperties"] !== false,
    });
  }
  return actions;
}

/**
 * Returns a value as a map. An absent value is an empty map.
 *
 * @throws {Error} If the value is not a map.
 */
export function asMap(value: unknown, what: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`Cannot read ${what}: it must be a map`);
}
