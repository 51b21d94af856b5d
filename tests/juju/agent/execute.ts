/**
 * Runs the process of one hook or action, and flushes what it wrote.
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

/** What a context is executed with. */
export interface ExecuteOptions {
  readonly agent: Agent;
  readonly plan: FaultPlan;
  readonly run: Runner;
}

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

/** Executes a context. It is over when its writes took effect, or were dropped. */
export async function execute(
  context: HookContext,
  options: ExecuteOptions,
): Promise<HookRun> {
  const started = performance.now();
  const env = environment(context, options.agent.paths);
  const ending = await runHandler(context, env, options);
  const { message, status } = context.unit.status;
  return {
    ...subject(context),
    environment: env,
    ...ending,
    statusAfter: { status, message },
    durationMs: performance.now() - started,
  };
}

/** What a run is about. */
function subject(context: HookContext): Pick<
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
  env: Readonly<Record<string, string>>,
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
      const ended = await runProcess(context, env, handler.path, options);
      return { ...ended, ...judge(context, ended, options.plan) };
    }
  }
}

async function runProcess(
  context: HookContext,
  env: Readonly<Record<string, string>>,
  path: string,
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

/** Flushes after a process that ended well; that too may fail. */
function judge(
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
