/**
 * juju-log (JUJUC/juju-log.go).
 *
 * @module
 */

import { quote } from "./go.ts";
import { fakeId, type Tool } from "./tool.ts";

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/** The tool juju-log. */
export const jujuLog: Tool = {
  flags: () => ({
    debug: "bool",
    l: "string",
    "log-level": "string",
    format: "string",
  }),
  prepare({ args, context, flags, warn }) {
    if (args.length === 0) throw new Error("no message specified");
    return () => {
      if (flags.get("format")) {
        warn('--format flag deprecated for command "juju-log"');
      }
      const { hook, model, unit } = context;
      const log = (level: string, message: string) =>
        model.log.push({ unit: unit.name, level, message });
      const asked = flags.get("log-level") ?? flags.get("l") ?? "INFO";
      let level = parseLevel(asked);
      if (flags.get("debug") === "true") level = "DEBUG";
      if (level === undefined) {
        log("WARNING", `Specified log level of ${quote(asked)} is not valid`);
        level = "INFO";
      }
      const prefix = hook?.relationId === undefined ? "" : `${fakeId(context, hook.relationId)}: `;
      log(level, `${prefix}${args.join(" ")}`);
    };
  },
};

/** Parses a level as loggo.ParseLevel does. */
function parseLevel(text: string): string | undefined {
  const upper = text.toUpperCase() === "WARN" ? "WARNING" : text.toUpperCase();
  return LEVELS.find((level) => level === upper);
}
