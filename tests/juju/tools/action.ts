/**
 * action-get, action-set, action-fail and action-log (JUJUC/action-*.go).
 *
 * @module
 */

import type { ActionContext } from "../context/context.ts";
import { goMap, quote } from "./go.ts";
import { type Call, checkEmpty, outputFlags, type Tool } from "./tool.ts";

const KEY_REGEXP = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const RESERVED = new Set([
  "stdout",
  "stdout-encoding",
  "stderr",
  "stderr-encoding",
]);
const NO_REASON = "action failed without reason given, check action for errors";

function actionOf({ context }: Call): ActionContext {
  if (context.action) return context.action;
  throw new Error("not running an action");
}

/** The tool action-get. */
export const actionGet: Tool = {
  flags: () => outputFlags("smart"),
  format: "smart",
  prepare(call) {
    const { args: [path, ...rest], write } = call;
    checkEmpty(rest);
    return async () => {
      let value: unknown = actionOf(call).params;
      for (const key of path?.split(".") ?? []) {
        value = typeof value === "object" && value !== null &&
            !Array.isArray(value)
          ? (value as Record<string, unknown>)[key]
          : undefined;
      }
      await write(goMap(value ?? null));
    };
  },
};

/** The tool action-set. */
export const actionSet: Tool = {
  flags: () => ({}),
  prepare(call) {
    const pairs = call.args.map(parsePair);
    return () => {
      const { results } = actionOf(call);
      for (const { keys, value } of pairs) merge(results, keys, value);
    };
  },
};

function parsePair(
  arg: string,
): { readonly keys: readonly string[]; readonly value: string } {
  const at = arg.indexOf("=");
  if (at < 0) {
    throw new Error(`argument ${quote(arg)} must be of the form key...=value`);
  }
  const keys = arg.slice(0, at).split(".");
  for (const key of keys) {
    if (RESERVED.has(key)) {
      throw new Error(`cannot set reserved action key ${quote(key)}`);
    }
    if (!KEY_REGEXP.test(key)) {
      throw new Error(
        `key ${quote(key)} must start and end with lowercase alphanumeric, ` +
          "and contain only lowercase alphanumeric and hyphens",
      );
    }
  }
  return { keys, value: arg.slice(at + 1) };
}

/** Sets a value at nested keys. It replaces a conflicting earlier value (addValueToMap). */
function merge(
  into: Map<string, unknown>,
  [key = "", ...rest]: readonly string[],
  value: string,
): void {
  if (rest.length === 0) {
    into.set(key, value);
    return;
  }
  const found = into.get(key);
  const next = found instanceof Map ? found : new Map<string, unknown>();
  into.set(key, next);
  merge(next, rest, value);
}

/** The tool action-fail. */
export const actionFail: Tool = {
  flags: () => ({}),
  prepare(call) {
    const [message = NO_REASON, ...rest] = call.args;
    checkEmpty(rest);
    return () => {
      actionOf(call).failure = message;
    };
  },
};

/** The tool action-log. */
export const actionLog: Tool = {
  flags: () => ({}),
  prepare(call) {
    if (call.args.length === 0) throw new Error("no message specified");
    return () => {
      actionOf(call).log.push(call.args.join(" "));
    };
  },
};
