/**
 * A Juju model in a process, that runs any built charm as Juju would.
 *
 * Hooks are real processes with an exact environment; hook tools are found on
 * PATH and answer over the agent's socket; writes take effect when a hook ends
 * well. Nothing here knows of a particular charm.
 *
 * @module
 */

import { createExecutor } from "../agent/executor.ts";
import { createFaults } from "../agent/faults.ts";
import { runProcess } from "../agent/runner.ts";
import { isJuju3 } from "../charm/juju_version.ts";
import type { ModelState } from "../state/state.ts";
import type { Model, ModelOptions } from "./api.ts";
import { deployment } from "./deployment.ts";
import { inspection } from "./inspection.ts";
import { operator } from "./operator.ts";
import { createSteps } from "./steps.ts";

const AGENT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";
const FIRST_OPERATION = 2;

/** Creates an empty model. On disposal nothing of it is left. */
export async function createModel(
  {
    name = "test",
    uuid = crypto.randomUUID(),
    cloud,
    jujuVersion = "4.0.15",
    legacyProxy = {},
    reads = isJuju3({ jujuVersion }) ? "documented" : "coded",
    path = AGENT_PATH,
    run = runProcess,
    pick = () => 0,
  }: ModelOptions = {},
): Promise<Model> {
  // Short, as the path of a unix socket has 108 bytes at most.
  const root = await Deno.makeTempDir({ prefix: "juju-" });
  const state: ModelState = {
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
    ghosts: new Map(),
    secrets: new Map(),
    log: [],
    nextRelation: 0,
    nextMachine: 0,
    nextOperation: FIRST_OPERATION,
    nextSecret: 1,
  };
  const { faults, plan } = createFaults();
  const executor = createExecutor(state, { plan, run });
  const steps = createSteps(state, { executor, pick });
  return {
    name,
    uuid,
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
