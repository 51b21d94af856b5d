/**
 * Models with the sample charm, and helpers that run their hooks.
 *
 * @module
 */

import type { HookRun } from "../agent/hook_run.ts";
import type { Execution, Exit } from "../agent/runner.ts";
import type { Model, ModelOptions, RelationHandle } from "../model/api.ts";
import { createModel } from "../model/create_model.ts";
import type { LogLine } from "../state/state.ts";
import { sampleCharm, type SampleFiles } from "./sample_charm.ts";

/** The end of a successful hook. */
export const DONE: Exit = { code: 0, signal: null, stdout: "", stderr: "" };
/** The end of a failed hook. */
export const FAILED: Exit = { ...DONE, code: 1 };

/** A hook as a function. It succeeds unless it returns another end. */
export type HookBody = (execution: Execution) => Promise<Exit | void> | void;

/** Makes a model with the application sample, whose hooks call a function. */
export async function sampleModel(
  {
    body = () => {},
    units = 1,
    ...options
  }: ModelOptions & { body?: HookBody; units?: number } = {},
): Promise<Model> {
  await using charm = await sampleCharm({ dispatch: "" });
  const model = await createModel({
    ...options,
    run: async (execution) => await body(execution) ?? DONE,
  });
  await model.deploy(charm.path, { units });
  return model;
}

/** Adds the application web without a charm, and relates it to sample. */
export function addWeb(model: Model, units = 1): RelationHandle {
  model.addApplication("web", {
    units,
    endpoints: { http: { role: "requires", interface: "http" } },
  });
  return model.relate("sample:api", "web:http");
}

/** Returns the runs from an index on, each as `unit hook remote-unit`. */
export function hooks(model: Model, from = 0): readonly string[] {
  return model.runs.slice(from).map(({ hook, remoteUnit, unit }) =>
    [unit, hook, remoteUnit].filter((part) => part !== undefined).join(" ")
  );
}

/** Does some work, runs the hooks that follow, and returns them. */
export async function since(
  model: Model,
  work: () => unknown,
): Promise<readonly string[]> {
  const from = model.runs.length;
  await work();
  await model.settle();
  return hooks(model, from);
}

/** Runs the install hook of a charm as a process. */
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
