/**
 * Faults on demand: tools that fail, hooks that are killed, and leadership that is lost just before
 * the flush.
 *
 * @module
 */

import type { ToolResult } from "../tools/run_tool.ts";

const CONNECTION_ERROR = "ERROR connection is shut down\n";

/** The hooks that a fault affects. Without a property, a fault affects all hooks. */
export interface FaultTarget {
  /** Name of a unit. */
  readonly unit?: string;
  /** Name of a hook or an action. */
  readonly hook?: string;
  /** How often the fault happens. @default {1} */
  readonly times?: number;
}

/** A hook tool that fails. */
export interface ToolFault extends FaultTarget {
  /** Name of the hook tool. */
  readonly tool: string;
  /** Number of the call among the hook's calls of this tool, from 1. @default any call */
  readonly nth?: number;
  /** Exit code of the tool. @default {1} */
  readonly exitCode?: number;
  /** Standard error of the tool. @default {"ERROR connection is shut down\n"} */
  readonly stderr?: string;
}

/** A hook that is killed before one of its tool calls is answered. */
export interface KillFault extends FaultTarget {
  /** Number of the call among all tool calls of the hook, from 1. */
  readonly call: number;
  /** Whether the tool acts before the kill. @default {false} */
  readonly acts?: boolean;
}

/** Adds and removes faults. */
export interface Faults {
  /** Makes a hook tool fail without effect. */
  readonly failTool: (fault: ToolFault) => void;
  /** Makes credential-get fail as if the application were not trusted. */
  readonly denyCredential: (target?: FaultTarget) => void;
  /** Kills a hook with SIGKILL at one of its tool calls. */
  readonly killAtToolCall: (fault: KillFault) => void;
  /**
   * Kills the running hook with SIGKILL.
   *
   * @throws {Error} If no hook is running.
   */
  readonly killRunning: () => void;
  /** Takes the leadership away just before a flush that needs it. */
  readonly loseLeadershipAtFlush: (target?: FaultTarget) => void;
  /** Removes all faults. */
  readonly clear: () => void;
}

/** A tool call that a fault may affect. */
export interface FaultedCall {
  readonly unit: string;
  readonly hook: string;
  readonly tool: string;
  /** Number of the call among all tool calls of the hook, from 1. */
  readonly call: number;
  /** Number of the call among the hook's calls of this tool, from 1. */
  readonly nth: number;
}

/** Selects the faults that happen. Each selection counts as one occurrence of the fault. */
export interface FaultPlan {
  /** Selects the fault of a tool call: the result of a failed tool, or a kill. */
  readonly atCall: (call: FaultedCall) => ToolResult | "kill" | "act-then-kill" | undefined;
  /** Sets the function that kills the running hook. Disposal means that the hook ended. */
  readonly begin: (kill: () => void) => Disposable;
  /** Whether the unit loses the leadership at the flush of a hook. */
  readonly atFlush: (unit: string, hook: string) => boolean;
}

/** A fault that still happens some times. */
interface ActiveFault<T> {
  readonly fault: T;
  left: number;
}

/** All faults of a model. */
interface FaultLists {
  readonly tools: ActiveFault<ToolFault>[];
  readonly kills: ActiveFault<KillFault>[];
  readonly flushes: ActiveFault<FaultTarget>[];
  /** Kills the running hook; undefined if none is running. */
  killRunning: (() => void) | undefined;
}

/** Creates an empty plan, and the functions that add faults to it. */
export function createFaults(): { faults: Faults; plan: FaultPlan } {
  const lists: FaultLists = { tools: [], kills: [], flushes: [], killRunning: undefined };
  return { faults: createAdders(lists), plan: createPlan(lists) };
}

function createAdders(lists: FaultLists): Faults {
  const failTool = (fault: ToolFault) => add(lists.tools, fault);
  return {
    failTool,
    denyCredential: (target = {}) =>
      failTool({
        ...target,
        tool: "credential-get",
        stderr: "ERROR cannot access cloud credentials: permission denied\n",
      }),
    killAtToolCall: (fault) => add(lists.kills, fault),
    killRunning: () => {
      if (!lists.killRunning) throw new Error("Cannot kill the running hook: none runs");
      lists.killRunning();
    },
    loseLeadershipAtFlush: (target = {}) => add(lists.flushes, target),
    clear: () => {
      for (const list of [lists.tools, lists.kills, lists.flushes]) list.length = 0;
    },
  };
}

function createPlan(lists: FaultLists): FaultPlan {
  return {
    atCall(call) {
      const kill = take(lists.kills, call, (fault) => fault.call === call.call);
      if (kill) return kill.acts ? "act-then-kill" : "kill";
      const fault = take(
        lists.tools,
        call,
        ({ nth, tool }) => tool === call.tool && (nth === undefined || nth === call.nth),
      );
      return fault && {
        code: fault.exitCode ?? 1,
        stdout: "",
        stderr: fault.stderr ?? CONNECTION_ERROR,
      };
    },
    begin: (kill) => {
      lists.killRunning = kill;
      return { [Symbol.dispose]: () => lists.killRunning = undefined };
    },
    atFlush: (unit, hook) => take(lists.flushes, { unit, hook }, () => true) !== undefined,
  };
}

function add<T extends FaultTarget>(list: ActiveFault<T>[], fault: T): void {
  list.push({ fault, left: fault.times ?? 1 });
}

/** Returns the first fault that affects a hook, and counts it as happened. */
function take<T extends FaultTarget>(
  list: readonly ActiveFault<T>[],
  { hook, unit }: { readonly unit: string; readonly hook: string },
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
