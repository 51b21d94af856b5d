/**
 * relation-set (JUJUC/relation-set.go).
 *
 * @module
 */

import { isLeader } from "../context/context.ts";
import { ownAppBag, ownUnitBag, refuseForced } from "../context/databags.ts";
import { fileSettings, parseKeyValues } from "./input.ts";
import { relationFlags, relationOf, type Tool } from "./tool.ts";

/** The tool relation-set. */
export const relationSet: Tool = {
  flags: (context) => ({
    ...relationFlags(context),
    app: "bool",
    file: "string",
    format: "string",
  }),
  prepare(call) {
    const { args, context, flags, warn } = call;
    const relation = relationOf(call);
    const overrides = parseKeyValues(args);
    return async () => {
      if (flags.get("format")) {
        warn('--format flag deprecated for command "relation-set"');
      }
      const settings = { ...await fileSettings(call), ...overrides };
      const app = flags.get("app") === "true";
      if (app && !isLeader(context)) {
        throw new Error("cannot write relation settings");
      }
      refuseForced(
        context.model,
        relation.relation,
        "cannot read relation settings: permission denied",
      );
      const node = app ? ownAppBag(context, relation) : ownUnitBag(context, relation);
      for (const [key, value] of Object.entries(settings)) {
        node.changes.set(key, value);
      }
    };
  },
};
