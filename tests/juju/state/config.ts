/**
 * Options of applications, and the fingerprint that starts config-changed.
 *
 * @module
 */

import type { Charm, ConfigValue } from "../charm/charm.ts";
import { hasOptionType } from "../charm/option_type.ts";
import { byText, getApplication } from "./queries.ts";
import type { Application, ModelState, Unit } from "./state.ts";

/**
 * Sets options. Null resets an option to its default.
 *
 * @throws {Error} If the charm has no such option, or the option has another type.
 */
export function setConfig(
  { charm, config, name }: Application,
  changes: Readonly<Record<string, ConfigValue | null>>,
): void {
  if (!charm) throw new Error(`Cannot configure "${name}": it has no charm`);
  checkConfig(charm, changes);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) config.delete(key);
    else config.set(key, value);
  }
}

/**
 * Checks values against the options of a charm.
 *
 * @throws {Error} If the charm has no such option, or the option has another type.
 */
export function checkConfig(
  { name, options }: Charm,
  config: Readonly<Record<string, ConfigValue | null>>,
): void {
  for (const [key, value] of Object.entries(config)) {
    const option = options.get(key);
    if (!option) {
      throw new Error(`Cannot configure "${name}": it has no option "${key}"`);
    }
    if (value === null || hasOptionType(value, option.type)) continue;
    throw new Error(
      `Cannot configure "${name}": option "${key}" must be of type ${option.type}`,
    );
  }
}

/** Returns the options that have a value or a default. */
export function effectiveConfig(
  { charm, config }: Application,
): Readonly<Record<string, ConfigValue>> {
  const settings: Record<string, ConfigValue> = {};
  for (const [key, option] of charm?.options ?? []) {
    const value = config.get(key) ?? option.default;
    if (value !== undefined) settings[key] = value;
  }
  return settings;
}

/** Returns a fingerprint of everything whose change starts config-changed. */
export function configHash(model: ModelState, unit: Unit): string {
  const { config, trust } = getApplication(model, unit.application);
  return JSON.stringify([
    [...config].sort(([a], [b]) => byText(a, b)),
    trust,
    unit.address,
  ]);
}
