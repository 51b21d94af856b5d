/**
 * Actions: what they are given, and what came of them.
 *
 * @module
 */

import type { ActionResult } from "./api.ts";
import { actionParams } from "./charm.ts";
import type { ActionContext } from "./context.ts";
import type { HookRun } from "./execute.ts";
import { getApplication, type ModelState, type Unit } from "./state.ts";

/** Makes the context of an action, if the charm has it. */
export function actionContext(
  model: ModelState,
  unit: Unit,
  name: string,
  params: Readonly<Record<string, unknown>>,
): ActionContext {
  const { charm } = getApplication(model, unit.application);
  const spec = charm?.actions.get(name);
  if (!spec) {
    throw new Error(
      `Cannot run action "${name}": "${unit.application}" has no such action`,
    );
  }
  if (!unit.installed) {
    throw new Error(
      `Cannot run action "${name}": ${unit.name} is not installed`,
    );
  }
  return {
    name,
    id: String(model.nextOperation++),
    params: actionParams(name, spec, params),
    results: new Map(),
    log: [],
    failure: undefined,
  };
}

/** Tells what came of an action, as `juju run` would. */
export function actionResult(
  run: HookRun,
  { failure, log, results }: ActionContext,
): ActionResult {
  const { error, exitCode, outcome, stderr, stdout, unit } = run;
  const failed = outcome !== "done" || failure !== undefined;
  const message = outcome === "skipped"
    ? `action not implemented on unit "${unit}"`
    : outcome === "done"
    ? failure ?? ""
    : error;
  return {
    status: failed ? "failed" : "completed",
    message,
    results: {
      ...fromMap(results) as Record<string, unknown>,
      ...(exitCode !== null && { "return-code": exitCode }),
      ...(stdout !== "" && { stdout }),
      ...(stderr !== "" && { stderr }),
    },
    log,
    stdout,
    stderr,
  };
}

function fromMap(value: unknown): unknown {
  return value instanceof Map
    ? Object.fromEntries([...value].map(([k, v]) => [k, fromMap(v)]))
    : value;
}
