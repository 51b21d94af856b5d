/**
 * Runs the hooks and actions of all units, with Juju's operations before and after a hook
 * (UNITER/operation/runhook.go).
 *
 * @module
 */

import { type ActionContext, type HookContext, openContext } from "../context/context.ts";
import { commitHook } from "../schedule/commit_hook.ts";
import { configHash } from "../state/config.ts";
import type { HookInfo, ModelState, Unit } from "../state/state.ts";
import { newStatus } from "../state/status.ts";
import { type Agent, startAgent } from "./agent.ts";
import { execute } from "./execute.ts";
import type { FaultPlan } from "./faults.ts";
import type { HookRun } from "./hook_run.ts";
import type { Runner } from "./runner.ts";

/** Runs hooks and actions. Disposal kills the running ones. */
export interface Executor extends AsyncDisposable {
  /** Runs a hook, and records its success or failure in the state of the unit. */
  readonly runHook: (unit: Unit, hook: HookInfo) => Promise<HookRun>;
  /** Runs an action. */
  readonly runAction: (unit: Unit, action: ActionContext) => Promise<HookRun>;
}

/** Options of createExecutor(). */
export interface ExecutorOptions {
  readonly plan: FaultPlan;
  readonly run: Runner;
}

/** Creates an executor. The first hook of a unit starts the unit's agent. */
export function createExecutor(
  model: ModelState,
  { plan, run }: ExecutorOptions,
): Executor {
  const agents = new Map<string, Agent>();

  async function agentOf(unit: Unit): Promise<Agent> {
    const found = agents.get(unit.name);
    if (found) return found;
    const agent = await startAgent(model, unit);
    agents.set(unit.name, agent);
    return agent;
  }

  async function removeAgent(unit: Unit): Promise<void> {
    await agents.get(unit.name)?.[Symbol.asyncDispose]();
    agents.delete(unit.name);
    await Deno.remove(unit.agentDir ?? "", { recursive: true });
  }

  return {
    async runHook(unit, hook) {
      const agent = await agentOf(unit);
      const isReplay = unit.queued !== undefined || unit.failed !== undefined;
      if (hook.kind === "upgrade-charm" && !isReplay) await agent.deploy();
      setStatusBefore(unit, hook);
      const hash = configHash(model, unit);
      const context = openContext(model, unit, { hook });
      const done = await execute(context, { agent, plan, run });
      recordHook(context, done, hash);
      if (unit.removed) await removeAgent(unit);
      return done;
    },
    async runAction(unit, action) {
      const agent = await agentOf(unit);
      const context = openContext(model, unit, { action });
      return await execute(context, { agent, plan, run });
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents.values()) await agent[Symbol.asyncDispose]();
    },
  };
}

/** Commits a successful hook, and queues any other one to run again. */
function recordHook(
  { hook, model, statusSet, unit }: HookContext,
  { outcome }: HookRun,
  hash: string,
): void {
  // The unit may have been removed by force during the hook.
  if (!hook || unit.removed) return;
  switch (outcome) {
    case "done":
    case "skipped":
      unit.statusSet ||= statusSet;
      setStatusAfter(unit, hook);
      commitHook(model, unit, { hook, configHash: hash });
      return;
    case "killed":
      // Juju does not report an error. It queues the same hook again.
      unit.failed = undefined;
      unit.queued = hook;
      return;
    case "failed":
      unit.queued = undefined;
      unit.failed = hook;
      unit.agentStatus = newStatus("error", `hook failed: "${hook.hook}"`);
  }
}

/** Sets the status that Juju itself sets before some hooks. */
function setStatusBefore(unit: Unit, { kind }: HookInfo): void {
  unit.agentStatus = newStatus("executing");
  if (kind === "install" && !unit.statusSet) {
    unit.status = newStatus("maintenance", "installing charm software");
  } else if (kind === "stop") {
    unit.status = newStatus("maintenance", "stopping charm software");
  } else if (kind === "remove") {
    unit.status = newStatus("maintenance", "cleaning up prior to charm deletion");
  }
}

/** Sets the status that Juju itself sets after some successful hooks. */
function setStatusAfter(unit: Unit, { kind }: HookInfo): void {
  if (kind === "start" && !unit.statusSet) unit.status = newStatus("unknown");
  else if (kind === "stop") unit.status = newStatus("maintenance");
  else if (kind === "remove") unit.status = newStatus("terminated");
}
