/**
 * Tools of one purpose each: log, leadership, network, goal state, ports.
 *
 * @module
 */

import { isLeader } from "../context.ts";
import { relationsOf } from "../relations.ts";
import { isPeer, remoteEnd, type Status } from "../state.ts";
import { quote } from "./go.ts";
import { overallStatus } from "./status.ts";
import { type Call, checkEmpty, fakeId, outputFlags, relationFlags, type Tool } from "./tool.ts";

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

/** loggo.ParseLevel. */
function parseLevel(text: string): string | undefined {
  const upper = text.toUpperCase() === "WARN" ? "WARNING" : text.toUpperCase();
  return LEVELS.find((level) => level === upper);
}

/** The tool is-leader. */
export const isLeaderTool: Tool = {
  flags: () => outputFlags("smart"),
  format: "smart",
  prepare({ args, context, write }) {
    checkEmpty(args);
    return () => write(isLeader(context));
  },
};

/** The tool unit-get. */
export const unitGet: Tool = {
  flags: () => outputFlags("smart"),
  format: "smart",
  prepare({ args: [setting, ...rest], context, write }) {
    if (setting === undefined) throw new Error("no setting specified");
    if (setting !== "private-address" && setting !== "public-address") {
      throw new Error(`unknown setting ${quote(setting)}`);
    }
    checkEmpty(rest);
    return () => write(context.unit.address);
  },
};

/** The tool network-get. */
export const networkGet: Tool = {
  flags: (context) => ({
    ...outputFlags("smart"),
    ...relationFlags(context),
    "bind-address": "bool",
    "ingress-address": "bool",
    "egress-subnets": "bool",
    "primary-address": "bool",
  }),
  format: "smart",
  prepare(call) {
    const { args: [binding, ...rest] } = call;
    if (binding === undefined) throw new Error("no arguments specified");
    if (binding === "") throw new Error("no binding name specified");
    checkEmpty(rest);
    return () => networkInfo(call, binding);
  },
};

async function networkInfo(call: Call, binding: string): Promise<void> {
  const { context: { application, unit }, flags, write } = call;
  if (binding !== "juju-info" && !application.endpoints.has(binding)) {
    throw new Error(`no network config found for binding ${quote(binding)}`);
  }
  const values = new Map<string, unknown>([
    ["bind-address", unit.address],
    ["ingress-address", unit.address],
    ["egress-subnets", [`${unit.address}/32`]],
  ]);
  const keys = [...values.keys()].filter((key) => flags.get(key) === "true");
  if (flags.get("primary-address") === "true") {
    if (keys.length > 0) {
      throw new Error("--primary-address must be the only flag specified");
    }
    await write(unit.address);
  } else if (keys.length === 1) {
    await write(values.get(keys[0] ?? ""));
  } else if (keys.length > 1) {
    await write(new Map([...values].filter(([key]) => keys.includes(key))));
  } else {
    await write({
      "bind-addresses": [{
        "mac-address": "00:16:3e:00:00:01",
        "interface-name": "eth0",
        addresses: [{
          hostname: "",
          value: unit.address,
          cidr: unit.address.replace(/\.\d+$/, ".0/24"),
        }],
      }],
      "egress-subnets": [`${unit.address}/32`],
      "ingress-addresses": [unit.address],
    });
  }
}

/** The tool goal-state. */
export const goalState: Tool = {
  flags: () => outputFlags("yaml"),
  format: "yaml",
  prepare({ args, context: { application, model }, write }) {
    checkEmpty(args);
    return async () => {
      const relations = new Map<string, Map<string, unknown>>();
      for (const relation of relationsOf(model, application.name)) {
        const end = relation.ends.find((e) => e.application === application.name);
        const remote = remoteEnd(relation, application.name);
        const other = model.applications.get(remote?.application ?? "");
        // Peers are listed under "units".
        if (isPeer(relation) || !end || !other) continue;
        const entry = relations.getOrInsertComputed(
          end.endpoint.name,
          () => new Map(),
        );
        entry.set(other.name, goal(overallStatus(other)));
        for (const { name, status } of other.units.values()) {
          entry.set(name, goal(status));
        }
      }
      const units = application.units.values()
        .map(({ name, status }) => [name, goal(status)] as const);
      await write({ units: new Map(units), relations });
    };
  },
};

/** Time as Go's layout "2006-01-02 15:04:05Z". */
function goal({ status, since }: Status): unknown {
  const time = since.toISOString().replace("T", " ").replace(/\.\d+Z/, "Z");
  return { status, since: time };
}

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

const PORT_REGEXP = /^(?:(\d+)(?:-(\d+))?(?:\/(tcp|udp))?|icmp)$/;

function portTool(change: "open" | "close"): Tool {
  return {
    flags: () => ({ endpoints: "string", format: "string" }),
    prepare({ args: [port, ...rest], context }) {
      if (port === undefined) throw new Error("no port or range specified");
      const match = PORT_REGEXP.exec(port);
      if (!match) {
        throw new Error(
          `expected <port>[/<protocol>] or <from>-<to>[/<protocol>] or icmp; got ${quote(port)}`,
        );
      }
      checkEmpty(rest);
      const [, from, to, protocol = "tcp"] = match;
      return () => {
        const name = from === undefined
          ? "icmp"
          : `${to === undefined ? from : `${from}-${to}`}/${protocol}`;
        context.ports.set(name, change);
      };
    },
  };
}

/** The tool open-port. */
export const openPort: Tool = portTool("open");
/** The tool close-port. */
export const closePort: Tool = portTool("close");

/** The tool opened-ports. */
export const openedPorts: Tool = {
  flags: () => ({ ...outputFlags("smart"), endpoints: "bool" }),
  format: "smart",
  prepare({ args, context, write }) {
    checkEmpty(args);
    // Ports opened by this very hook are not shown.
    return () => write([...context.unit.ports].sort());
  },
};
