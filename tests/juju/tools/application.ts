/**
 * is-leader and application-version-set.
 *
 * @module
 */

import { isLeader } from "../context/context.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

/** The tool is-leader. */
export const isLeaderTool: Tool = {
  flags: () => outputFlags("smart"),
  format: "smart",
  prepare({ args, context, write }) {
    checkEmpty(args);
    return () => write(isLeader(context));
  },
};

/** The tool application-version-set. */
export const applicationVersionSet: Tool = {
  flags: () => ({}),
  prepare({ args: [version, ...rest], context }) {
    if (version === undefined) throw new Error("no version specified");
    checkEmpty(rest);
    return () => {
      // Takes effect at once: Juju does not delay it until the flush.
      const { application, unit } = context;
      application.version = version;
      application.versions.delete(unit.name);
      application.versions.set(unit.name, version);
    };
  },
};
