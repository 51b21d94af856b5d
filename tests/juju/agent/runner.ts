/**
 * Runs hooks and actions as processes, as the agent does.
 *
 * @module
 */

import type { ToolResult } from "../tools/run_tool.ts";
import { guardGroup } from "./guard.ts";

/** Calls a hook tool without a process. It rejects if the hook was killed. */
export type CallTool = (
  tool: string,
  args: readonly string[],
  stdin?: string,
) => Promise<ToolResult>;

/** A hook or an action to run. */
export interface Execution {
  /** Name of the unit. */
  readonly unit: string;
  /** Name of the hook or action. */
  readonly hook: string;
  /** Path of the executable: `dispatch`, or a file in `hooks/` or `actions/`. */
  readonly path: string;
  /** Working directory: the charm directory of the unit. */
  readonly cwd: string;
  /** All environment variables of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the runner has to kill the hook with SIGKILL. */
  readonly kill: AbortSignal;
  /** For runners that start no process. */
  readonly callTool: CallTool;
}

/** The end of a hook or an action. */
export interface Exit {
  /** Exit code; meaningless if a signal ended the hook. */
  readonly code: number;
  /** Name of the signal that ended the hook; null if none did. */
  readonly signal: string | null;
  /** Standard output of the process. */
  readonly stdout: string;
  /** Standard error of the process. */
  readonly stderr: string;
}

/** Runs a hook or an action. */
export type Runner = (execution: Execution) => Promise<Exit>;

const BUSY_TRIES = 20;
const BUSY_WAIT_MS = 25;
const OUTPUT_WAIT_MS = 1000;

/**
 * Runs the executable of a hook or an action as a process. Its tools use the agent's socket.
 *
 * The process does not outlive this process, even if this process is killed.
 */
export async function runProcess(
  { cwd, env, kill, path }: Execution,
): Promise<Exit> {
  const process = await spawn(path, cwd, env);
  await using _guard = guardGroup(process.pid);
  const onKill = () => killGroup(process.pid);
  kill.addEventListener("abort", onKill);
  if (kill.aborted) onKill();
  const stdout = collect(process.stdout);
  const stderr = collect(process.stderr);
  try {
    const { code, signal } = await process.status;
    await ended(stdout, stderr);
    return {
      code,
      signal,
      stdout: await stdout.text(),
      stderr: await stderr.text(),
    };
  } finally {
    kill.removeEventListener("abort", onKill);
  }
}

/** A stream that is being read. */
interface Output {
  /** Resolves at the end of the stream. */
  readonly done: Promise<void>;
  /** Stops the reading, and returns the text so far. */
  readonly text: () => Promise<string>;
}

function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Output {
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      chunks.push(value);
    }
  };
  return {
    done: read(),
    text: async () => {
      await reader.cancel();
      return await new Blob(chunks).text();
    },
  };
}

/**
 * Waits for the end of the output, at most a second: a process that the hook left behind may hold the
 * output open, and a hook ends without it.
 */
async function ended(...outputs: readonly Output[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, OUTPUT_WAIT_MS);
  await Promise.race([Promise.all(outputs.map(({ done }) => done)), promise]);
  clearTimeout(timer);
}

async function spawn(
  path: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Deno.ChildProcess> {
  for (let attempt = 1;; attempt++) {
    try {
      return new Deno.Command(path, {
        // Its own process group. So a kill also reaches its children.
        detached: true,
        clearEnv: true,
        cwd,
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      // The file is new. Another process that starts right now may hold it open for a moment.
      const busy = error instanceof Error &&
        /text file busy/i.test(error.message);
      if (!busy || attempt === BUSY_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT_MS));
    }
  }
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch (error) {
    // The process may have ended already.
    const gone = error instanceof Deno.errors.NotFound ||
      (error instanceof Error && /ESRCH|No such process/.test(error.message));
    if (!gone) throw error;
  }
}
