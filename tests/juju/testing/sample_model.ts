/**
 * Models with the sample charm, for the tests of the model itself.
 *
 * @module
 */

import type { HookRun } from "../agent/hook_run.ts";
import type { Execution, Exit } from "../agent/runner.ts";
import type { Model, ModelOptions, RelationHandle } from "../model/api.ts";
import { createModel } from "../model/create_model.ts";
import type { LogLine } from "../state/state.ts";
import { sampleCharm, type SampleFiles } from "./sample_charm.ts";

/** How a hook ends well. */
export const DONE: Exit = { code: 0, signal: null, stdout: "", stderr: "" };
/** How a hook fails. */
export const FAILED: Exit = { ...DONE, code: 1 };

/** What a hook does; it ends well unless told otherwise. */
export type Body = (execution: Execution) => Promise<Exit | void> | void;

/** Makes a model whose hooks are functions, with sample deployed in it. */
export async function world(
  {
    body = () => {},
    units = 1,
    ...options
  }: ModelOptions & { body?: Body; units?: number } = {},
): Promise<Model> {
  await using charm = await sampleCharm({ dispatch: "" });
  const model = await createModel({
    ...options,
    run: async (execution) => await body(execution) ?? DONE,
  });
  await model.deploy(charm.path, { units });
  return model;
}

/** Relates sample to web, which is driven by hand. */
export function addWeb(model: Model, units = 1): RelationHandle {
  model.addApplication("web", {
    units,
    endpoints: { http: { role: "requires", interface: "http" } },
  });
  return model.relate("sample:api", "web:http");
}

/** Gives the hooks that ran since a run, as `unit hook remote`. */
export function hooks(model: Model, from = 0): readonly string[] {
  return model.runs.slice(from).map(({ hook, remoteUnit, unit }) =>
    [unit, hook, remoteUnit].filter((part) => part !== undefined).join(" ")
  );
}

/** Gives the hooks that run because of some work. */
export async function since(
  model: Model,
  work: () => unknown,
): Promise<readonly string[]> {
  const from = model.runs.length;
  await work();
  await model.settle();
  return hooks(model, from);
}

/** Runs the install hook of a charm, as a process. */
export async function firstRun(
  install: string,
  files: SampleFiles = {},
): Promise<{ readonly run: HookRun; readonly log: readonly LogLine[] }> {
  await using charm = await sampleCharm({ "hooks/install": install, ...files });
  await using model = await createModel();
  await model.deploy(charm.path);
  const run = await model.step();
  if (!run) throw new Error("Cannot run install: no hook is pending");
  return { run, log: model.log };
}
