/**
 * Checks the parameters of an action, and makes its result.
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

/** An action to run. */
export interface ActionRequest {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Makes the context of an action.
 *
 * @throws {Error} If the charm has no such action, or refuses the parameters.
 */
export function actionContext(
  model: ModelState,
  unit: Unit,
  { name, params }: ActionRequest,
): ActionContext {
  const fail = (reason: string): never => {
    throw new Error(`Cannot run action "${name}": ${reason}`);
  };
  const { charm } = getApplication(model, unit.application);
  const spec = charm?.actions.get(name) ??
    fail(`"${unit.application}" has no such action`);
  if (!unit.installed) fail(`${unit.name} is not installed`);
  // Juju 4.0 looks for required parameters before it adds defaults, Juju 3.6 after it.
  const absent = isJuju3(model) ? undefined : missingParam(spec, params);
  if (absent !== undefined) fail(`"${absent}" property is missing and required`);
  for (const [key, value] of Object.entries(params)) {
    const problem = paramProblem(spec, key, value);
    if (problem !== undefined) fail(problem);
  }
  const completed = { ...defaults(spec), ...params };
  const missing = missingParam(spec, completed);
  if (missing !== undefined) fail(`"${missing}" is required`);
  return {
    name,
    id: String(model.nextOperation++),
    params: completed,
    results: new Map(),
    log: [],
    failure: undefined,
  };
}

function missingParam(
  { required }: ActionSpec,
  params: ActionRequest["params"],
): string | undefined {
  return required.find((key) => params[key] === undefined);
}

/** Returns the defaults of parameters. A parameter without a default stays absent. */
function defaults({ params }: ActionSpec): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(params)) {
    if (schema["default"] !== undefined) found[key] = schema["default"];
  }
  return found;
}

/** Returns why an action refuses a parameter; undefined if it does not. */
function paramProblem(
  { additionalProperties, params }: ActionSpec,
  key: string,
  value: unknown,
): string | undefined {
  const schema = params[key];
  if (!schema && !additionalProperties) return `it has no parameter "${key}"`;
  const type = schema?.["type"];
  if (typeof type === "string" && !hasJsonType(value, type)) {
    return `"${key}" must be of type ${type}`;
  }
  const allowed = schema?.["enum"];
  return Array.isArray(allowed) && !allowed.includes(value)
    ? `"${key}" must be one of ${JSON.stringify(allowed)}`
    : undefined;
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

/** Makes the result of an action as `juju run` shows it. */
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
