/**
 * is-leader and application-version-set: what a unit asks or tells of its
 * application.
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
      // Immediate: it is a call of its own.
      context.application.version = version;
    };
  },
};
