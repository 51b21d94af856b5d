/**
 * Runs one hook or action of a unit: files, environment, tools, flush, commit.
 *
 * @module
 */

import { dirname, join } from "node:path/posix";
import {
  type ActionContext,
  flush,
  type HookContext,
  needsLeadership,
  openContext,
} from "./context.ts";
import { agentPaths, environment } from "./environment.ts";
import type { FaultPlan } from "./faults.ts";
import { findHandler, type Handler, installTools } from "./handler.ts";
import { commitHook, type HookStart, newStatus } from "./lifecycle.ts";
import type { Execution, Exit, Runner } from "./runner.ts";
import { configHash } from "./scheduler.ts";
import { type Request, serve } from "./socket.ts";
import { getApplication, type HookInfo, type ModelState, type Unit } from "./state.ts";
import { deployCharm } from "./store.ts";
import { failure, runTool, type ToolResult } from "./tools/mod.ts";

/** One call of a hook tool. */
export interface ToolCall {
  readonly tool: string;
  readonly args: readonly string[];
  /** Absent if the tool did not read its input. */
  readonly stdin?: string;
  /** Null if the hook was killed before the answer. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run of a hook or action. */
export interface HookRun {
  readonly unit: string;
  /** Name of the hook or action. */
  readonly hook: string;
  readonly kind: "hook" | "action";
  /** Id of the relation that the hook is about: `api:3`. */
  readonly relation?: string;
  readonly remoteUnit?: string;
  /**
   * `skipped`: the charm has no such hook. `killed`: it will be run again.
   * `failed`: it exited with another code than 0, or could not be run, or its
   * writes were refused.
   */
  readonly outcome: "done" | "skipped" | "failed" | "killed";
  /** Why it failed; empty if it did not. */
  readonly error: string;
  /** Null if there was no process, or if it was killed. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly tools: readonly ToolCall[];
  readonly stdout: string;
  readonly stderr: string;
  /** Workload status that the unit had afterwards. */
  readonly statusAfter: { readonly status: string; readonly message: string };
  readonly durationMs: number;
}

/** Runs hooks and actions, one at a time for each unit. */
export interface Executor extends AsyncDisposable {
  readonly runHook: (unit: Unit, hook: HookInfo) => Promise<HookRun>;
  readonly runAction: (unit: Unit, action: ActionContext) => Promise<HookRun>;
  /** Commits a failed hook without running it again. */
  readonly skip: (unit: Unit, hook: HookInfo) => void;
}

/** What an executor works with. */
export interface ExecutorOptions {
  readonly model: ModelState;
  /** Directory of the model, below which agents have theirs. */
  readonly root: string;
  readonly plan: FaultPlan;
  readonly run: Runner;
  /** Called with each run when it is over. */
  readonly onRun: (run: HookRun) => void;
}

interface Agent {
  readonly server: AsyncDisposable;
  /** Expanded charm that the unit's files come from. */
  deployed: string | undefined;
  active: Active | undefined;
}

interface Active {
  readonly context: HookContext;
  readonly abort: AbortController;
  readonly calls: ToolCall[];
  tail: Promise<void>;
}

/** Creates an executor; on disposal it kills what still runs. */
export function createExecutor(
  { model, onRun, plan, root, run }: ExecutorOptions,
): Executor {
  const agents = new Map<string, Agent>();

  async function agentOf(unit: Unit): Promise<Agent> {
    const found = agents.get(unit.name);
    if (found) return found;
    const paths = agentPaths(unit.agentDir ?? "");
    await installTools(root);
    await Deno.mkdir(dirname(paths.socket), { recursive: true });
    await Deno.symlink(join(root, "tools"), paths.toolsDir);
    const agent: Agent = {
      server: serve(paths.socket, (request) => answer(agent, request)),
      deployed: undefined,
      active: undefined,
    };
    agents.set(unit.name, agent);
    return agent;
  }

  async function deploy(unit: Unit, agent: Agent): Promise<void> {
    const { charm, charmRevision } = getApplication(model, unit.application);
    unit.charmRevision = charmRevision;
    if (!charm || agent.deployed === charm.directory) return;
    const { charmDir } = agentPaths(unit.agentDir ?? "");
    await deployCharm(charm.directory, charmDir, agent.deployed);
    agent.deployed = charm.directory;
  }

  function answer(
    { active }: Agent,
    request: Request,
  ): Promise<ToolResult | undefined> {
    if (active?.context.id !== request.contextId) {
      const message = `bad request: wrong context ID; got "${request.contextId}"`;
      return Promise.resolve(failure(1, message));
    }
    return callTool(active, request);
  }

  /** Calls of one context wait for one another. */
  async function callTool(
    active: Active,
    request: Omit<Request, "contextId">,
  ): Promise<ToolResult | undefined> {
    const before = active.tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    active.tail = promise;
    await before;
    try {
      return await callAlone(active, request);
    } finally {
      resolve();
    }
  }

  async function callAlone(
    { abort, calls, context }: Active,
    { args, cwd, stdin: readStdin, tool }: Omit<Request, "contextId">,
  ): Promise<ToolResult | undefined> {
    if (abort.signal.aborted) return undefined;
    const fault = plan.atCall({
      unit: context.unit.name,
      hook: nameOf(context),
      tool,
      call: calls.length + 1,
      nth: calls.filter((call) => call.tool === tool).length + 1,
    });
    if (fault === "kill") {
      calls.push({ tool, args, exitCode: null, stdout: "", stderr: "" });
      abort.abort();
      return undefined;
    }
    let input: string | undefined;
    const stdin = async () => input ??= await readStdin();
    const result = fault ?? await runTool(context, { tool, args, cwd, stdin });
    calls.push({
      tool,
      args,
      ...(input !== undefined && { stdin: input }),
      exitCode: result.code,
      stdout: result.stdout,
      stderr: result.stderr,
    });
    return result;
  }

  async function execute(
    agent: Agent,
    context: HookContext,
    path: string,
  ): Promise<{ readonly exit: Exit; readonly calls: readonly ToolCall[] }> {
    const paths = agentPaths(context.unit.agentDir ?? "");
    const active: Active = {
      context,
      abort: new AbortController(),
      calls: [],
      tail: Promise.resolve(),
    };
    const execution: Execution = {
      unit: context.unit.name,
      hook: nameOf(context),
      path,
      cwd: paths.charmDir,
      env: environment(model, context, paths),
      kill: active.abort.signal,
      callTool: async (tool, args, stdin = "") => {
        const result = await callTool(active, {
          tool,
          args,
          cwd: paths.charmDir,
          stdin: () => Promise.resolve(stdin),
        });
        if (result) return result;
        throw new Error(`Cannot call ${tool}: the hook was killed`);
      },
    };
    agent.active = active;
    try {
      const exit = await run(execution);
      // A call whose client has gone may still be at work.
      await active.tail;
      return { exit, calls: active.calls };
    } finally {
      agent.active = undefined;
    }
  }

  /** Runs the handler and flushes, if there is a handler. */
  async function runContext(
    agent: Agent,
    context: HookContext,
    handler: Handler,
  ): Promise<HookRun> {
    const started = performance.now();
    const over = (extra: Partial<HookRun>): HookRun => ({
      ...describe(context),
      outcome: "done",
      error: "",
      exitCode: null,
      signal: null,
      tools: [],
      stdout: "",
      stderr: "",
      statusAfter: {
        status: context.unit.status.status,
        message: context.unit.status.message,
      },
      durationMs: performance.now() - started,
      ...extra,
    });
    if (handler.kind === "missing") return over({ outcome: "skipped" });
    if (handler.kind === "error") {
      return over({ outcome: "failed", error: handler.message });
    }
    const { calls, exit } = await execute(agent, context, handler.path);
    const ended = {
      exitCode: exit.signal === null ? exit.code : null,
      signal: exit.signal,
      tools: calls,
      stdout: exit.stdout,
      stderr: exit.stderr,
    };
    if (exit.signal === "SIGKILL" || exit.signal === "SIGTERM") {
      const error = `signal: ${exit.signal}`;
      return over({ ...ended, outcome: "killed", error });
    }
    if (exit.code !== 0 || exit.signal !== null) {
      const error = exit.signal === null ? `exit status ${exit.code}` : `signal: ${exit.signal}`;
      return over({ ...ended, outcome: "failed", error });
    }
    try {
      flushOrLose(context);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return over({ ...ended, outcome: "failed", error: message });
    }
    return over(ended);
  }

  /** Flushes; a fault may take the leadership away at this very moment. */
  function flushOrLose(context: HookContext): void {
    const { application, unit } = context;
    const loses = needsLeadership(context) &&
      plan.atFlush(unit.name, nameOf(context));
    if (loses) {
      const heir = application.units.values().find((other) =>
        other !== unit && other.agentDir !== undefined && other.life === "alive"
      );
      application.leader = heir?.name;
    }
    try {
      flush(context);
    } finally {
      // Alone, a unit soon gets the lease again.
      if (loses) application.leader ??= unit.name;
    }
  }

  return {
    async runHook(unit, hook) {
      const agent = await agentOf(unit);
      if (agent.deployed === undefined) await deploy(unit, agent);
      if (hook.kind === "upgrade-charm" && !unit.queued && !unit.failed) {
        await deploy(unit, agent);
        unit.configHash = undefined;
      }
      announce(unit, hook);
      const start = startOf(unit, hook);
      const context = openContext(model, unit, { hook });
      const { charmDir } = agentPaths(unit.agentDir ?? "");
      const handler = await findHandler(charmDir, "hooks", hook.hook);
      const result = await runContext(agent, context, handler);
      onRun(result);
      settleHook(unit, hook, result, start);
      if (unit.removed) await retire(unit);
      return result;
    },
    async runAction(unit, action) {
      const agent = await agentOf(unit);
      const context = openContext(model, unit, { action });
      const { charmDir } = agentPaths(unit.agentDir ?? "");
      const handler = await findHandler(charmDir, "actions", action.name);
      const result = await runContext(agent, context, handler);
      onRun(result);
      return result;
    },
    skip: (unit, hook) => commitHook(model, unit, hook, startOf(unit, hook)),
    async [Symbol.asyncDispose]() {
      for (const { active } of agents.values()) active?.abort.abort();
      for (const { server } of agents.values()) {
        await server[Symbol.asyncDispose]();
      }
    },
  };

  function startOf(unit: Unit, hook: HookInfo): HookStart {
    return {
      configHash: configHash(model, unit),
      secretRevision: model.secrets.get(hook.secretId ?? "")?.latest,
    };
  }

  function settleHook(
    unit: Unit,
    hook: HookInfo,
    { outcome }: HookRun,
    start: HookStart,
  ): void {
    if (unit.removed) return;
    switch (outcome) {
      case "done":
      case "skipped":
        commitHook(model, unit, hook, start);
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

  async function retire(unit: Unit): Promise<void> {
    const agent = agents.get(unit.name);
    agents.delete(unit.name);
    await agent?.server[Symbol.asyncDispose]();
    await Deno.remove(unit.agentDir ?? "", { recursive: true });
  }

  function describe(context: HookContext): Pick<
    HookRun,
    "unit" | "hook" | "kind" | "relation" | "remoteUnit"
  > {
    const { action, hook, unit } = context;
    const endpoint = hook?.hook.slice(0, -(hook.kind.length + 1));
    return {
      unit: unit.name,
      hook: nameOf(context),
      kind: action ? "action" : "hook",
      ...(hook?.relationId !== undefined && {
        relation: `${endpoint}:${hook.relationId}`,
      }),
      ...(hook?.remoteUnit !== undefined && { remoteUnit: hook.remoteUnit }),
    };
  }
}

function nameOf({ action, hook }: HookContext): string {
  return action?.name ?? hook?.hook ?? "";
}

/** Status that Juju sets by itself around some hooks. */
function announce(unit: Unit, { kind }: HookInfo): void {
  unit.agentStatus = newStatus("executing");
  if (kind === "install" && !unit.statusSet) {
    unit.status = newStatus("maintenance", "installing charm software");
  }
  if (kind === "stop") {
    unit.status = newStatus("maintenance", "stopping charm software");
  }
}
