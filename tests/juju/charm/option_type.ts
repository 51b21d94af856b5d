/**
 * Types of configuration options.
 *
 * @module
 */

import type { ConfigValue, OptionType } from "./charm.ts";

/** Whether an option of a type accepts a value. */
export function hasOptionType(value: ConfigValue, type: OptionType): boolean {
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
