/**
 * Runs hooks and actions of all units, with what Juju does around a hook
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

/** Runs hooks and actions. Disposal kills what still runs. */
export interface Executor extends AsyncDisposable {
  /** Runs a hook, and commits it if it ended well. */
  readonly runHook: (unit: Unit, hook: HookInfo) => Promise<HookRun>;
  readonly runAction: (unit: Unit, action: ActionContext) => Promise<HookRun>;
}

/** What an executor works with. */
export interface ExecutorOptions {
  readonly plan: FaultPlan;
  readonly run: Runner;
}

/** Creates an executor. Agents are started by the first hook of their unit. */
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

  async function retire(unit: Unit): Promise<void> {
    await agents.get(unit.name)?.[Symbol.asyncDispose]();
    agents.delete(unit.name);
    await Deno.remove(unit.agentDir ?? "", { recursive: true });
  }

  /** Commits, replays or queues again. */
  function settle(context: HookContext, { outcome }: HookRun, hash: string): void {
    const { hook, unit } = context;
    // It may have been removed by force while the hook ran.
    if (!hook || unit.removed) return;
    switch (outcome) {
      case "done":
      case "skipped":
        unit.statusSet ||= context.statusSet;
        afterHook(unit, hook);
        commitHook(model, unit, hook, hash);
        return;
      case "killed":
        // Not an error: the same hook is queued again.
        unit.failed = undefined;
        unit.queued = hook;
        return;
      case "failed":
        unit.queued = undefined;
        unit.failed = hook;
        unit.agentStatus = newStatus("error", `hook failed: "${hook.hook}"`);
    }
  }

  return {
    async runHook(unit, hook) {
      const agent = await agentOf(unit);
      const replay = unit.queued ?? unit.failed;
      if (hook.kind === "upgrade-charm" && !replay) await agent.deploy();
      beforeHook(unit, hook);
      const hash = configHash(model, unit);
      const context = openContext(model, unit, { hook });
      const done = await execute(context, { agent, plan, run });
      settle(context, done, hash);
      if (unit.removed) await retire(unit);
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

/** Status that Juju sets by itself before some hooks. */
function beforeHook(unit: Unit, { kind }: HookInfo): void {
  unit.agentStatus = newStatus("executing");
  if (kind === "install" && !unit.statusSet) {
    unit.status = newStatus("maintenance", "installing charm software");
  } else if (kind === "stop") {
    unit.status = newStatus("maintenance", "stopping charm software");
  } else if (kind === "remove") {
    unit.status = newStatus("maintenance", "cleaning up prior to charm deletion");
  }
}

/** Status that Juju sets by itself after some hooks that ended well. */
function afterHook(unit: Unit, { kind }: HookInfo): void {
  if (kind === "start" && !unit.statusSet) unit.status = newStatus("unknown");
  else if (kind === "stop") unit.status = newStatus("maintenance");
  else if (kind === "remove") unit.status = newStatus("terminated");
}
