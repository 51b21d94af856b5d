/**
 * config-get (JUJUC/config-get.go).
 *
 * @module
 */

import { effectiveConfig } from "../state/config.ts";
import { goMap, quote } from "./go.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

/** The tool config-get. */
export const configGet: Tool = {
  flags: () => ({ ...outputFlags("smart"), a: "bool", all: "bool" }),
  format: "smart",
  prepare({ args: [key, ...rest], context, flags, write }) {
    const all = flags.get("a") === "true" || flags.get("all") === "true";
    if (key !== undefined && all) {
      throw new Error(
        `cannot use argument --all together with key ${quote(key)}`,
      );
    }
    checkEmpty(rest);
    return async () => {
      // Juju reads the options once per hook.
      const settings = context.config ??= effectiveConfig(context.application);
      if (key !== undefined && key !== "") {
        await write(settings[key] ?? null);
        return;
      }
      const unset = all
        ? [...context.application.charm?.options.keys() ?? []]
          .map((name) => [name, null])
        : [];
      await write(goMap({ ...Object.fromEntries(unset), ...settings }));
    };
  },
};
