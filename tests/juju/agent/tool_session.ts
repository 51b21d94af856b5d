/**
 * Answers the tool calls of one hook or action one after the other, and records them. Faults may
 * fail a call or kill the hook.
 *
 * @module
 */

import { type HookContext, nameOf } from "../context/context.ts";
import { type Invocation, runTool, type ToolResult } from "../tools/run_tool.ts";
import type { FaultPlan } from "./faults.ts";
import type { ToolCall } from "./hook_run.ts";

/** Answers hook tools while a hook or an action runs. */
export interface ToolSession {
  readonly contextId: string;
  /** The answered calls, and the call that killed the hook. */
  readonly calls: readonly ToolCall[];
  /** Aborted when the hook is to be killed. */
  readonly killed: AbortSignal;
  /** Kills the hook. */
  readonly kill: () => void;
  /** Answers a call after the earlier calls. The answer is undefined if the hook was killed. */
  readonly call: (invocation: Invocation) => Promise<ToolResult | undefined>;
  /** Waits for the last call to end. */
  readonly idle: () => Promise<void>;
}

/** Opens a session for the tools of a context. */
export function openSession(
  context: HookContext,
  plan: FaultPlan,
): ToolSession {
  const abort = new AbortController();
  const calls: ToolCall[] = [];
  let last: Promise<void> = Promise.resolve();

  async function answer(invocation: Invocation): Promise<ToolResult | undefined> {
    if (abort.signal.aborted) return undefined;
    const { args, tool } = invocation;
    const fault = plan.atCall({
      unit: context.unit.name,
      hook: nameOf(context),
      tool,
      call: calls.length + 1,
      nth: calls.filter((call) => call.tool === tool).length + 1,
    });
    const { input, result } = fault === "kill"
      ? {}
      : await runOrFail(context, invocation, typeof fault === "object" ? fault : undefined);
    if (result === undefined || fault === "act-then-kill") {
      calls.push({ tool, args, exitCode: null, stdout: "", stderr: "" });
      abort.abort();
      return undefined;
    }
    const { code: exitCode, stderr, stdout } = result;
    const stdin = input === undefined ? {} : { stdin: input };
    calls.push({ tool, args, ...stdin, exitCode, stdout, stderr });
    return result;
  }

  return {
    contextId: context.id,
    calls,
    killed: abort.signal,
    kill: () => abort.abort(),
    call: (invocation) => {
      const result = last.then(() => answer(invocation));
      last = result.then(() => undefined, () => undefined);
      return result;
    },
    idle: () => last,
  };
}

/** Runs a tool, or returns the result of a fault. Returns the input that the tool read, too. */
async function runOrFail(
  context: HookContext,
  invocation: Invocation,
  fault: ToolResult | undefined,
): Promise<{ readonly input?: string; readonly result: ToolResult }> {
  if (fault) return { result: fault };
  let input: string | undefined;
  const stdin = async () => input ??= await invocation.stdin();
  const result = await runTool(context, { ...invocation, stdin });
  return input === undefined ? { result } : { input, result };
}
