/**
 * relation-get (JUJUC/relation-get.go).
 *
 * @module
 */

import { type ContextRelation, isLeader } from "../context/context.ts";
import {
  ownAppBag,
  ownSettings,
  ownUnitBag,
  readApp,
  readUnit,
  refuseForced,
} from "../context/databags.ts";
import { applicationOf } from "../state/queries.ts";
import type { Settings } from "../state/state.ts";
import { goMap, quote } from "./go.ts";
import {
  type Call,
  checkEmpty,
  outputFlags,
  relationFlags,
  relationOf,
  type Tool,
} from "./tool.ts";

const UNIT_REGEXP = /^[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*\/(?:0|[1-9]\d*)$/;
const APPLICATION_REGEXP = /^[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*$/;

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

/** Finds the unit or application whose databag to read (determineUnitOrAppName). */
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
  if (!app && name !== context.unit.name) return readUnit(context, relation, name);
  if (!app) {
    refuseForced(context.model, relation.relation, "permission denied");
    return ownSettings(ownUnitBag(context, relation));
  }
  if (name === context.unit.application) {
    refuseForced(context.model, relation.relation, "permission denied (unauthorized access)");
  }
  return name === context.unit.application && isLeader(context)
    ? ownSettings(ownAppBag(context, relation))
    : readApp(context, relation, name);
}
