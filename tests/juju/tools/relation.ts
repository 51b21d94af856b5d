/**
 * relation-ids, relation-list and relation-model-get (JUJUC/relation-*.go).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import type { ContextRelation, HookContext } from "../context/context.ts";
import { byText, endOf, remoteEnd } from "../state/queries.ts";
import { checkEmpty, fakeId, outputFlags, relationFlags, relationOf, type Tool } from "./tool.ts";

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
        .filter((relation) => isListed(context, relation))
        .map(({ relation }) => relation)
        .filter((relation) => endOf(relation, context.unit.application)?.endpoint.name === endpoint)
        .map(({ id }) => `${endpoint}:${id}`);
      await write([...ids].sort(byText));
    };
  },
};

/** Whether relation-ids lists a relation. Since 4.0 it lists a broken one in its own -broken hook. */
function isListed({ hook, model }: HookContext, { broken, relation }: ContextRelation): boolean {
  if (!broken) return true;
  if (isJuju3(model)) return false;
  return model.forcedRelations.has(relation.id) ||
    (hook?.kind === "relation-broken" && hook.relationId === relation.id);
}

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
          : [...relation.members].sort(byText),
      );
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
