/**
 * goal-state: the units and the relations of the application (FAC/uniter.go goalStateRelations,
 * goalStateUnits).
 *
 * @module
 */

import { endOf, isPeer, remoteEnd } from "../state/queries.ts";
import { relationsOf } from "../state/relations.ts";
import type { Application, Status } from "../state/state.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

/** The tool goal-state. */
export const goalState: Tool = {
  flags: () => outputFlags("yaml"),
  format: "yaml",
  prepare({ args, context: { application, model }, write }) {
    checkEmpty(args);
    return async () => {
      const relations = new Map<string, Map<string, unknown>>();
      for (const relation of relationsOf(model, application.name)) {
        const end = endOf(relation, application.name);
        const remote = remoteEnd(relation, application.name);
        const other = model.applications.get(remote?.application ?? "");
        // goal-state lists peers under "units".
        if (isPeer(relation) || !end || !other) continue;
        const entry = relations.getOrInsertComputed(
          end.endpoint.name,
          () => new Map(),
        );
        // The entry of an application shows the status of the relation.
        entry.set(other.name, goal(relation.status));
        for (const [name, state] of unitGoals(other)) entry.set(name, state);
      }
      await write({ units: unitGoals(application), relations });
    };
  },
};

function unitGoals({ units }: Application): Map<string, unknown> {
  return new Map(
    units.values().map(({ life, name, status }) => [
      name,
      goal(life === "dying" ? { ...status, status: "dying" } : status),
    ]),
  );
}

/** Formats a status, with its time in Go's layout "2006-01-02 15:04:05Z". */
function goal({ status, since }: Status): unknown {
  const time = since.toISOString().replace("T", " ").replace(/\.\d+Z/, "Z");
  return { status, since: time };
}
