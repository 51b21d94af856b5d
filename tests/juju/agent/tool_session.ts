/**
 * The tool calls of one hook or action: answered one after the other, recorded,
 * and struck by faults.
 *
 * @module
 */

import { type HookContext, nameOf } from "../context/context.ts";
import { type Invocation, runTool, type ToolResult } from "../tools/run_tool.ts";
import type { FaultPlan } from "./faults.ts";
import type { ToolCall } from "./hook_run.ts";

/** What answers tools as long as a hook runs. */
export interface ToolSession {
  readonly contextId: string;
  /** Calls that were answered, and the one that killed the hook. */
  readonly calls: readonly ToolCall[];
  /** Aborted when the hook is to be killed. */
  readonly killed: AbortSignal;
  /** Kills the hook. */
  readonly kill: () => void;
  /** Answers a call, after those before it; undefined once the hook is killed. */
  readonly call: (invocation: Invocation) => Promise<ToolResult | undefined>;
  /** Waits for the call that is at work, if any. */
  readonly idle: () => Promise<void>;
}

/** Begins to answer the tools of a context. */
export function openSession(
  context: HookContext,
  plan: FaultPlan,
): ToolSession {
  const abort = new AbortController();
  const calls: ToolCall[] = [];
  let last: Promise<void> = Promise.resolve();

  async function answer(
    invocation: Invocation,
  ): Promise<ToolResult | undefined> {
    if (abort.signal.aborted) return undefined;
    const { args, tool } = invocation;
    const die = (): undefined => {
      calls.push({ tool, args, exitCode: null, stdout: "", stderr: "" });
      abort.abort();
    };
    const fault = plan.atCall({
      unit: context.unit.name,
      hook: nameOf(context),
      tool,
      call: calls.length + 1,
      nth: calls.filter((call) => call.tool === tool).length + 1,
    });
    if (fault === "kill") return die();
    let input: string | undefined;
    const stdin = async () => input ??= await invocation.stdin();
    const result = typeof fault === "object"
      ? fault
      : await runTool(context, { ...invocation, stdin });
    if (fault === "act-then-kill") return die();
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
