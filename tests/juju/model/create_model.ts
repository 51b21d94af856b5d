/**
 * Creates models.
 *
 * @module
 */

import { createExecutor } from "../agent/executor.ts";
import { createFaults } from "../agent/faults.ts";
import { runProcess } from "../agent/runner.ts";
import { isJuju3 } from "../charm/juju_version.ts";
import { makeDirectory, sweepOnce } from "../disk/directories.ts";
import type { ModelState } from "../state/state.ts";
import type { Model, ModelOptions } from "./api.ts";
import { deployment } from "./deployment.ts";
import { inspection } from "./inspection.ts";
import { operator } from "./operator.ts";
import { createSteps } from "./steps.ts";

const AGENT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";
const FIRST_OPERATION = 2;

/**
 * Creates an empty model. Disposal kills its running hook and removes its files.
 *
 * The first call removes the files that killed processes left behind.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * await using model = await createModel();
 * const endpoints = { http: { role: "provides", interface: "http" } } as const;
 * model.addApplication("web", { endpoints });
 * assert.deepEqual(model.units("web"), ["web/0"]);
 * ```
 */
export async function createModel(options: ModelOptions = {}): Promise<Model> {
  const { pick = () => 0, run = runProcess } = options;
  await sweepOnce();
  const root = await makeDirectory();
  const state = createState(root, options);
  const { faults, plan } = createFaults();
  const executor = createExecutor(state, { plan, run });
  const steps = createSteps(state, { executor, pick });
  return {
    name: state.name,
    uuid: state.uuid,
    log: state.log,
    faults,
    ...deployment(state),
    ...operator(state),
    ...steps,
    ...inspection(state),
    async [Symbol.asyncDispose]() {
      await steps[Symbol.asyncDispose]();
      await Deno.remove(root, { recursive: true });
    },
  };
}

function createState(
  root: string,
  {
    cloud,
    jujuVersion = "4.0.15",
    legacyProxy = {},
    name = "test",
    path = AGENT_PATH,
    reads = isJuju3({ jujuVersion }) ? "documented" : "coded",
    uuid = crypto.randomUUID(),
  }: ModelOptions,
): ModelState {
  return {
    name,
    uuid,
    jujuVersion,
    root,
    legacyProxy,
    path,
    reads,
    cloud,
    applications: new Map(),
    relations: new Map(),
    forcedRelations: new Map(),
    secrets: new Map(),
    log: [],
    nextRelation: 0,
    nextMachine: 0,
    nextOperation: FIRST_OPERATION,
    nextSecret: 1,
  };
}
