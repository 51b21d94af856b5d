/**
 * state-get, state-set and state-delete (JUJUC/state-*.go).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import type { HookContext } from "../context/context.ts";
import { quote } from "./go.ts";
import { fileSettings, parseKeyValues } from "./input.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 65536;

/** Returns the charm's state with pending changes, to be changed. */
function pending(context: HookContext): Map<string, string> {
  return context.charmState ??= new Map(context.unit.charmState);
}

/** The tool state-get. */
export const stateGet: Tool = {
  flags: () => ({ ...outputFlags("smart"), strict: "bool" }),
  format: "smart",
  prepare({ args: [key = "-", ...rest], context, flags, write }) {
    checkEmpty(rest);
    return async () => {
      const state = context.charmState ?? context.unit.charmState;
      if (key === "-" || key === "") {
        // An empty state is Go's nil map, which is null in JSON.
        await write(state.size > 0 ? state : null);
        return;
      }
      const value = state.get(key);
      if (value === undefined && flags.get("strict") === "true") {
        throw new Error(`${quote(key)} not found`);
      }
      await write(value ?? "");
    };
  },
};

/** The tool state-set. */
export const stateSet: Tool = {
  flags: () => ({ file: "string" }),
  prepare(call) {
    const given = parseKeyValues(call.args);
    return async () => {
      const settings = { ...await fileSettings(call), ...given };
      const encoder = new TextEncoder();
      for (const [key, value] of Object.entries(settings)) {
        if (encoder.encode(key).length > MAX_KEY_BYTES) {
          throw new Error(tooLong(call.context, "key", MAX_KEY_BYTES));
        }
        if (encoder.encode(value).length > MAX_VALUE_BYTES) {
          throw new Error(tooLong(call.context, "value", MAX_VALUE_BYTES));
        }
        // Unlike in relation-set, an empty value does not delete the key.
        pending(call.context).set(key, value);
      }
    };
  },
};

function tooLong({ model }: HookContext, what: string, bytes: number): string {
  return `max allowed ${what} length (${bytes})${
    isJuju3(model) ? " exceeded" : ": quota limit exceeded"
  }`;
}

/** The tool state-delete. */
export const stateDelete: Tool = {
  flags: () => ({}),
  prepare({ args: [key, ...rest], context }) {
    if (!key) throw new Error("no key specified");
    checkEmpty(rest);
    return () => {
      pending(context).delete(key);
    };
  },
};
