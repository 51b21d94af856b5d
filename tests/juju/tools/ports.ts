/**
 * open-port, close-port and opened-ports (JUJUC/ports.go).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { quote } from "./go.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

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
    return () => {
      const shown = new Set(context.unit.ports);
      // Since 4.0 the list includes the changes of this hook.
      if (!isJuju3(context.model)) {
        for (const [port, change] of context.ports) {
          if (change === "open") shown.add(port);
          else shown.delete(port);
        }
      }
      return write([...shown].sort());
    };
  },
};
