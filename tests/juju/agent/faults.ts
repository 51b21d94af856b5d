/**
 * Faults on demand: tools that fail, hooks that are killed, leadership that
 * is lost at the worst moment.
 *
 * @module
 */

import type { ToolResult } from "../tools/run_tool.ts";

/** Which hooks a fault is for; all of them unless narrowed. */
export interface FaultTarget {
  /** Name of a unit. */
  readonly unit?: string;
  /** Name of a hook or an action. */
  readonly hook?: string;
  /** How often the fault happens. @default {1} */
  readonly times?: number;
}

/** A tool that fails. */
export interface ToolFault extends FaultTarget {
  readonly tool: string;
  /** Fails only this call of the tool in a hook; the first is 1. */
  readonly nth?: number;
  /** @default {1} */
  readonly exitCode?: number;
  /** @default {"ERROR connection is shut down\n"} */
  readonly stderr?: string;
}

/** A hook that is killed before its call is answered. */
export interface KillFault extends FaultTarget {
  /** Which call of a hook, of whatever tool; the first is 1. */
  readonly call: number;
  /** Whether the tool acts before. @default {false} */
  readonly acts?: boolean;
}

/** Sets faults. */
export interface Faults {
  /** Lets a tool fail, with no effect. */
  readonly failTool: (fault: ToolFault) => void;
  /** Refuses credential-get as if the application were not trusted. */
  readonly denyCredential: (target?: FaultTarget) => void;
  /** Kills a hook with SIGKILL at one of its tool calls. */
  readonly killAtToolCall: (fault: KillFault) => void;
  /** Kills the hook that runs now with SIGKILL; for faults from outside of the model. */
  readonly killRunning: () => void;
  /** Takes leadership away just before a flush that needs it. */
  readonly loseLeadershipAtFlush: (target?: FaultTarget) => void;
  /** Removes all faults. */
  readonly clear: () => void;
}

/** A call that faults are looked up for. */
export interface FaultedCall {
  readonly unit: string;
  readonly hook: string;
  readonly tool: string;
  /** Number of the call among all of the hook. */
  readonly call: number;
  /** Number of the call among those of the same tool. */
  readonly nth: number;
}

/** Tells which faults strike. Each strike is counted. */
export interface FaultPlan {
  readonly atCall: (call: FaultedCall) => ToolResult | "kill" | "act-then-kill" | undefined;
  /** Is told how to kill the hook that begins; on disposal it has ended. */
  readonly begin: (kill: () => void) => Disposable;
  readonly atFlush: (unit: string, hook: string) => boolean;
}

interface Armed<T> {
  readonly fault: T;
  left: number;
}

/** Creates a plan without faults, and the means to set some. */
export function createFaults(): { faults: Faults; plan: FaultPlan } {
  const tools: Armed<ToolFault>[] = [];
  const kills: Armed<KillFault>[] = [];
  const flushes: Armed<FaultTarget>[] = [];
  let killRunning: (() => void) | undefined;
  const failTool = (fault: ToolFault) => arm(tools, fault);
  return {
    faults: {
      failTool,
      denyCredential: (target = {}) =>
        failTool({
          ...target,
          tool: "credential-get",
          stderr: "ERROR cannot access cloud credentials: permission denied\n",
        }),
      killAtToolCall: (fault) => arm(kills, fault),
      killRunning: () => {
        if (!killRunning) throw new Error("Cannot kill the running hook: none runs");
        killRunning();
      },
      loseLeadershipAtFlush: (target = {}) => arm(flushes, target),
      clear: () => {
        for (const list of [tools, kills, flushes]) list.length = 0;
      },
    },
    plan: {
      atCall(call) {
        const kill = strike(kills, call, (fault) => fault.call === call.call);
        if (kill) return kill.acts ? "act-then-kill" : "kill";
        const fault = strike(
          tools,
          call,
          ({ tool, nth }) => tool === call.tool && (nth === undefined || nth === call.nth),
        );
        return fault && {
          code: fault.exitCode ?? 1,
          stdout: "",
          stderr: fault.stderr ?? "ERROR connection is shut down\n",
        };
      },
      begin: (kill) => {
        killRunning = kill;
        return { [Symbol.dispose]: () => killRunning = undefined };
      },
      atFlush: (unit, hook) => strike(flushes, { unit, hook }, () => true) !== undefined,
    },
  };
}

function arm<T extends FaultTarget>(list: Armed<T>[], fault: T): void {
  list.push({ fault, left: fault.times ?? 1 });
}

function strike<T extends FaultTarget>(
  list: readonly Armed<T>[],
  { unit, hook }: { readonly unit: string; readonly hook: string },
  matches: (fault: T) => boolean,
): T | undefined {
  const found = list.find(({ fault, left }) =>
    left > 0 && (fault.unit ?? unit) === unit &&
    (fault.hook ?? hook) === hook && matches(fault)
  );
  if (!found) return undefined;
  found.left--;
  return found.fault;
}
