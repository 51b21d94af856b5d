/**
 * Answers hook tools from a record, one after the other as Juju's agent does, so that one hook can run
 * any number of times.
 *
 * @module
 */
import { serve, type ToolCall, type ToolResult } from "../juju/mod.ts";
import type { Span } from "./waves.ts";

/** A call that was answered. */
export interface AnsweredCall extends Span {
  /** The tool. */
  readonly tool: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its standard input, if it read any. */
  readonly stdin?: string;
}

/** An agent without a model. Disposal closes its socket. */
export interface ToolServer extends AsyncDisposable {
  /** The calls since the last reset, in their order. */
  readonly calls: readonly AnsweredCall[];
  /** Begins a record from its start. */
  readonly reset: (recorded: readonly ToolCall[], delayMs: number) => void;
}

/** The answers of a record. */
interface Answers {
  readonly delayMs: number;
  /** The recorded calls by tool and arguments, in their order. */
  readonly left: Map<string, ToolCall[]>;
}

/** Milliseconds since 1970, with their fractions. Other processes have the same clock. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Serves a socket. */
export function startToolServer(path: string): ToolServer {
  let answers: Answers = { delayMs: 0, left: new Map() };
  let calls: AnsweredCall[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const server = serve(path, ({ tool, args, stdin }) => {
    const start = now();
    const answered = last.then(async (): Promise<ToolResult> => {
      const recorded = take(answers, tool, args);
      const input = recorded.stdin === undefined ? {} : { stdin: await stdin() };
      await pause(answers.delayMs);
      calls.push({ tool, args, ...input, start, end: now() });
      return { code: recorded.exitCode ?? 1, stdout: recorded.stdout, stderr: recorded.stderr };
    });
    last = answered.catch(() => {});
    return answered;
  });
  return {
    get calls() {
      return calls;
    },
    reset: (recorded, delayMs) => {
      const left = Map.groupBy(recorded, ({ tool, args }) => keyOf(tool, args));
      answers = { delayMs, left };
      calls = [];
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Takes the next answer. The last one is given again: a slow hook asks more often who leads. */
function take({ left }: Answers, tool: string, args: readonly string[]): ToolCall {
  const recorded = left.get(keyOf(tool, args)) ?? [];
  const next = recorded.length > 1 ? recorded.shift() : recorded[0];
  if (next) return next;
  const ended = { exitCode: 1, stdout: "", stderr: "ERROR this call was not recorded\n" };
  // A line of a log may hold a time.
  return { tool, args, ...ended, ...tool === "juju-log" && { exitCode: 0 } };
}

function keyOf(tool: string, args: readonly string[]): string {
  return JSON.stringify([tool, ...args]);
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
