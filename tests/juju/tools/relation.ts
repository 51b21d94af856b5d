/**
 * relation-ids, relation-list, relation-get, relation-set and
 * relation-model-get (JUJUC/relation-*.go).
 *
 * @module
 */

import {
  appNode,
  type ContextRelation,
  isLeader,
  memberNames,
  nodeSettings,
  readApp,
  readUnit,
  unitNode,
} from "../context.ts";
import { applicationOf, byText, endOf, remoteEnd, type Settings } from "../state.ts";
import { goMap, quote } from "./go.ts";
import { fileSettings, parseKeyValues } from "./input.ts";
import {
  type Call,
  checkEmpty,
  fakeId,
  outputFlags,
  relationFlags,
  relationId,
  type Tool,
} from "./tool.ts";

const UNIT_REGEXP = /^[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*\/(?:0|[1-9]\d*)$/;
const APPLICATION_REGEXP = /^[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*$/;

/** Looks up the relation of a call, at argument time. */
function relationOf(call: Call): ContextRelation {
  const id = relationId(call);
  const relation = id === undefined ? undefined : call.context.relations.get(id);
  if (relation) return relation;
  throw new Error("no relation id specified");
}

/** The tool relation-ids. */
export const relationIds: Tool = {
  flags: () => outputFlags("smart"),
  format: "smart",
  prepare({ args: [name, ...rest], context, write }) {
    const hook = context.hook?.relationId;
    const endpoint = name ??
      (hook === undefined ? "" : fakeId(context, hook).split(":")[0]);
    if (!endpoint) throw new Error("no endpoint name specified");
    checkEmpty(rest);
    return async () => {
      const ids = context.relations.values()
        .filter(({ broken }) => !broken)
        .map(({ relation }) => relation)
        .filter((relation) => endOf(relation, context.unit.application)?.endpoint.name === endpoint)
        .map(({ id }) => `${endpoint}:${id}`);
      await write([...ids].sort(byText));
    };
  },
};

/** The tool relation-list. */
export const relationList: Tool = {
  flags: (context) => ({
    ...outputFlags("smart"),
    ...relationFlags(context),
    app: "bool",
  }),
  format: "smart",
  prepare(call) {
    const { args, context, flags, write } = call;
    const relation = relationOf(call);
    checkEmpty(args);
    return async () => {
      await write(
        flags.get("app") === "true"
          ? remoteEnd(relation.relation, context.unit.application)?.application
          : memberNames(relation),
      );
    };
  },
};

/** The tool relation-get. */
export const relationGet: Tool = {
  flags: (context) => ({
    ...outputFlags("smart"),
    ...relationFlags(context),
    app: "bool",
  }),
  format: "smart",
  prepare(call) {
    const { args: [key = "-", given, ...rest], write } = call;
    const relation = relationOf(call);
    const target = relationTarget(call, given);
    checkEmpty(rest);
    return async () => {
      const settings = readTarget(call, relation, target);
      await write(
        key === "-" || key === "" ? goMap(settings) : settings[key] ?? null,
      );
    };
  },
};

interface Target {
  readonly name: string;
  readonly app: boolean;
}

/** determineUnitOrAppName. */
function relationTarget(
  { context: { hook }, flags }: Call,
  given: string | undefined,
): Target {
  const app = flags.get("app") === "true";
  if (given !== undefined) {
    const isUnit = UNIT_REGEXP.test(given);
    if (app) return { name: isUnit ? applicationOf(given) : given, app };
    if (isUnit) return { name: given, app };
    throw new Error(
      APPLICATION_REGEXP.test(given)
        ? `expected unit name, got application name ${quote(given)}`
        : `invalid unit name ${quote(given)}`,
    );
  }
  if (!app && hook?.remoteUnit !== undefined) {
    return { name: hook.remoteUnit, app };
  }
  if (hook?.remoteApplication !== undefined) {
    return { name: hook.remoteApplication, app: true };
  }
  throw new Error("no unit or application specified");
}

function readTarget(
  { context }: Call,
  relation: ContextRelation,
  { name, app }: Target,
): Settings {
  if (!app) {
    return name === context.unit.name
      ? nodeSettings(unitNode(context, relation))
      : readUnit(context, relation, name);
  }
  return name === context.unit.application && isLeader(context)
    ? nodeSettings(appNode(context, relation))
    : readApp(context, relation, name);
}

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
      const node = app ? appNode(context, relation) : unitNode(context, relation);
      for (const [key, value] of Object.entries(settings)) {
        node.changes.set(key, value);
      }
    };
  },
};

/** The tool relation-model-get. */
export const relationModelGet: Tool = {
  flags: (context) => ({ ...outputFlags("smart"), ...relationFlags(context) }),
  format: "smart",
  prepare(call) {
    const { args, context, write } = call;
    relationOf(call);
    checkEmpty(args);
    return () => write({ uuid: context.model.uuid });
  },
};
