/**
 * Runs one hook or action, and flushes its writes.
 *
 * @module
 */

import { findHandler } from "../charm/handler.ts";
import { type HookContext, nameOf } from "../context/context.ts";
import type { Agent } from "./agent.ts";
import { environment } from "./environment.ts";
import type { FaultPlan } from "./faults.ts";
import { flush } from "./flush.ts";
import type { HookRun } from "./hook_run.ts";
import type { Runner } from "./runner.ts";
import { openSession } from "./tool_session.ts";

/** Options of execute(). */
export interface ExecuteOptions {
  readonly agent: Agent;
  readonly plan: FaultPlan;
  readonly run: Runner;
}

/** The executable of a hook or an action, with its environment. */
interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The part of a HookRun that describes its end. */
type Ending = Pick<
  HookRun,
  "outcome" | "error" | "exitCode" | "signal" | "tools" | "stdout" | "stderr"
>;

const NOT_STARTED = {
  error: "",
  exitCode: null,
  signal: null,
  tools: [],
  stdout: "",
  stderr: "",
} as const;

/** Runs the hook or action of a context. When it returns, all writes took effect or are dropped. */
export async function execute(
  context: HookContext,
  options: ExecuteOptions,
): Promise<HookRun> {
  const started = performance.now();
  const env = environment(context, options.agent.paths);
  const ending = await runHandler(context, env, options);
  const { message, status } = context.unit.status;
  return {
    ...identity(context),
    environment: env,
    ...ending,
    statusAfter: { status, message },
    durationMs: performance.now() - started,
  };
}

/** Returns the part of a HookRun that is known before the run. */
function identity(context: HookContext): Pick<
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

async function runHandler(
  context: HookContext,
  env: Program["env"],
  options: ExecuteOptions,
): Promise<Ending> {
  const folder = context.action ? "actions" : "hooks";
  const { charmDir } = options.agent.paths;
  const handler = await findHandler(charmDir, folder, nameOf(context));
  switch (handler.kind) {
    case "missing":
      return { ...NOT_STARTED, outcome: "skipped" };
    case "error":
      return { ...NOT_STARTED, outcome: "failed", error: handler.message };
    case "found": {
      const ended = await runProgram(context, { path: handler.path, env }, options);
      return { ...ended, ...flushAfter(context, ended, options.plan) };
    }
  }
}

async function runProgram(
  context: HookContext,
  { env, path }: Program,
  { agent, plan, run }: ExecuteOptions,
): Promise<Omit<Ending, "outcome" | "error">> {
  const cwd = agent.paths.charmDir;
  const session = openSession(context, plan);
  using _running = plan.begin(session.kill);
  const exit = await agent.during(session, () =>
    run({
      unit: context.unit.name,
      hook: nameOf(context),
      path,
      cwd,
      env,
      kill: session.killed,
      callTool: async (tool, args, input = "") => {
        const stdin = () => Promise.resolve(input);
        const result = await session.call({ tool, args, cwd, stdin });
        if (result) return result;
        throw new Error(`Cannot call ${tool}: the hook was killed`);
      },
    }));
  return {
    exitCode: exit.signal === null ? exit.code : null,
    signal: exit.signal,
    tools: session.calls,
    stdout: exit.stdout,
    stderr: exit.stderr,
  };
}

/** Flushes the writes of a hook that exited with 0. Returns the outcome; the flush may fail. */
function flushAfter(
  context: HookContext,
  { exitCode, signal }: Pick<Ending, "exitCode" | "signal">,
  plan: FaultPlan,
): Pick<Ending, "outcome" | "error"> {
  if (signal !== null) {
    const terminated = signal === "SIGKILL" || signal === "SIGTERM";
    return { outcome: terminated ? "killed" : "failed", error: `signal: ${signal}` };
  }
  if (exitCode !== 0) {
    return { outcome: "failed", error: `exit status ${exitCode}` };
  }
  try {
    flush(context, plan);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", error: message };
  }
  return { outcome: "done", error: "" };
}
