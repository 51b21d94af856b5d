/**
 * status-set and status-get (JUJUC/status-set.go, status-get.go).
 *
 * @module
 */

import { isLeader } from "../context/context.ts";
import type { Status } from "../state/state.ts";
import { newStatus, overallStatus } from "../state/status.ts";
import { quote } from "./go.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

const SETTABLE = ["maintenance", "blocked", "waiting", "active"];

/** The tool status-set. */
export const statusSet: Tool = {
  flags: () => ({ application: "bool" }),
  prepare({ args: [status, ...messages], context, flags }) {
    if (status === undefined) {
      throw new Error("invalid args, require <status> [message]");
    }
    if (!SETTABLE.includes(status)) {
      throw new Error(
        `invalid status ${quote(status)}, expected one of [${SETTABLE.join(" ")}]`,
      );
    }
    const [message = "", ...rest] = messages;
    checkEmpty(rest);
    return () => {
      const next = newStatus(status, message);
      if (flags.get("application") !== "true") {
        // Takes effect at once, even if the hook fails later.
        context.unit.status = next;
        context.statusSet = true;
        return;
      }
      if (!isLeader(context)) throw new Error("this unit is not the leader");
      context.application.status = next;
    };
  },
};

/** The tool status-get. */
export const statusGet: Tool = {
  flags: () => ({
    ...outputFlags("smart"),
    "include-data": "bool",
    application: "bool",
  }),
  format: "smart",
  prepare({ args, context, flags, write }) {
    checkEmpty(args);
    const data = flags.get("include-data") === "true";
    const show = data ? withData : withoutData;
    const bare = !data && (flags.get("format") ?? "smart") === "smart";
    return async () => {
      if (flags.get("application") !== "true") {
        // Juju reads the status once per hook. A later status-set does not change the answer.
        const status = context.status ??= context.unit.status;
        await write(bare ? status.status : show(status));
        return;
      }
      if (!isLeader(context)) {
        throw new Error("finding application status: this unit is not the leader");
      }
      const overall = overallStatus(context.application);
      const units = context.application.units.values()
        .map((unit) => [unit.name, show(unit.status)] as const);
      const details = new Map<string, unknown>([...show(overall), ["units", new Map(units)]]);
      await write(bare ? overall.status : new Map([["application-status", details]]));
    };
  },
};

function withoutData({ status }: Status): ReadonlyMap<string, unknown> {
  return new Map([["status", status]]);
}

function withData({ message, status }: Status): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ["status", status],
    ["message", message],
    ["status-data", new Map()],
  ]);
}
