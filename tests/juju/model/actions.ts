/**
 * Actions: what they are given, and what came of them.
 *
 * @module
 */

import type { HookRun } from "../agent/hook_run.ts";
import type { ActionSpec } from "../charm/charm.ts";
import { isJuju3 } from "../charm/juju_version.ts";
import type { ActionContext } from "../context/context.ts";
import { getApplication } from "../state/queries.ts";
import type { ModelState, Unit } from "../state/state.ts";
import type { ActionResult } from "./api.ts";

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
    params: actionParams(model, name, spec, params),
    results: new Map(),
    log: [],
    failure: undefined,
  };
}

/** Checks and completes the parameters of an action. */
function actionParams(
  model: ModelState,
  name: string,
  spec: ActionSpec,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  // 4.0 looks at what was given, and only then injects defaults.
  const forgotten = spec.required.find((key) => !isJuju3(model) && given[key] === undefined);
  if (forgotten !== undefined) {
    throw new Error(
      `Cannot run action "${name}": "${forgotten}" property is missing and required`,
    );
  }
  const params: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(spec.params)) {
    // Only defaults are injected; the rest stays absent.
    if (schema["default"] !== undefined) params[key] = schema["default"];
  }
  for (const [key, value] of Object.entries(given)) {
    const schema = spec.params[key];
    if (!schema && !spec.additionalProperties) {
      throw new Error(
        `Cannot run action "${name}": it has no parameter "${key}"`,
      );
    }
    const type = schema?.["type"];
    if (typeof type === "string" && !hasJsonType(value, type)) {
      throw new Error(
        `Cannot run action "${name}": "${key}" must be of type ${type}`,
      );
    }
    const allowed = schema?.["enum"];
    if (Array.isArray(allowed) && !allowed.includes(value)) {
      throw new Error(
        `Cannot run action "${name}": "${key}" must be one of ${JSON.stringify(allowed)}`,
      );
    }
    params[key] = value;
  }
  const missing = spec.required.find((key) => params[key] === undefined);
  if (missing !== undefined) {
    throw new Error(`Cannot run action "${name}": "${missing}" is required`);
  }
  return params;
}

function hasJsonType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null &&
        !Array.isArray(value);
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    default:
      return true;
  }
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
