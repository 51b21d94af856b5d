/**
 * unit-get and network-get (JUJUC/unit-get.go, network-get.go).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { quote } from "./go.ts";
import { type Call, checkEmpty, outputFlags, relationFlags, type Tool } from "./tool.ts";

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
  const { context: { application, model, unit }, flags, write } = call;
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
          hostname: isJuju3(model) ? "" : unit.address,
          value: unit.address,
          cidr: unit.address.replace(/\.\d+$/, ".0/24"),
        }],
      }],
      "egress-subnets": [`${unit.address}/32`],
      "ingress-addresses": [unit.address],
    });
  }
}
