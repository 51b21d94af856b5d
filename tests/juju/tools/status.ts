/**
 * status-set and status-get (JUJUC/status-set.go, status-get.go).
 *
 * @module
 */

import { type HookContext, isLeader } from "../context.ts";
import type { Status } from "../state.ts";
import { goMap, quote } from "./go.ts";
import { type Call, checkEmpty, outputFlags, type Tool } from "./tool.ts";

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
      const next = { status, message, since: new Date() };
      if (flags.get("application") !== "true") {
        // Immediate: a failure of the hook does not take it back.
        context.unit.status = next;
        context.unit.statusSet = true;
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
  prepare(call) {
    checkEmpty(call.args);
    return () =>
      call.flags.get("application") === "true" ? applicationStatus(call) : unitStatus(call);
  },
};

async function unitStatus({ context, flags, write }: Call): Promise<void> {
  // Read once in each hook; a later status-set is not seen.
  context.status ??= context.unit.status;
  const data = flags.get("include-data") === "true";
  const smart = (flags.get("format") ?? "smart") === "smart";
  await write(
    smart && !data ? context.status.status : details(context.status, data),
  );
}

async function applicationStatus(
  { context, flags, write }: Call,
): Promise<void> {
  if (!isLeader(context)) {
    throw new Error(
      "finding application status: this unit is not the leader",
    );
  }
  const data = flags.get("include-data") === "true";
  const smart = (flags.get("format") ?? "smart") === "smart";
  const status = overallStatus(context.application);
  if (smart && !data) {
    await write(status.status);
    return;
  }
  const units = context.application.units.values()
    .map((unit) => [unit.name, details(unit.status, data)] as const);
  await write(goMap({
    "application-status": {
      ...Object.fromEntries(details(status, data)),
      units: new Map(units),
    },
  }));
}

function details(status: Status, data: boolean): Map<string, unknown> {
  return new Map<string, unknown>([
    ["status", status.status],
    ...(data ? [["message", status.message], ["status-data", new Map()]] as const : []),
  ]);
}

const SEVERITY: Readonly<Record<string, number>> = {
  error: 7,
  blocked: 6,
  waiting: 5,
  maintenance: 4,
  active: 3,
  terminated: 2,
  unknown: 1,
};

/** Status of an application: set by the leader, or the worst of its units. */
export function overallStatus(
  application: HookContext["application"],
): Status {
  if (application.status.status !== "unset") return application.status;
  const [worst] = [...application.units.values()]
    .map(({ status }) => status)
    .sort((a, b) => (SEVERITY[b.status] ?? 0) - (SEVERITY[a.status] ?? 0));
  return worst ??
    { status: "unknown", message: "", since: application.status.since };
}
