/**
 * Runs hooks and actions as processes, the way the agent does.
 *
 * @module
 */

import type { ToolResult } from "../tools/run_tool.ts";
import { guardGroup } from "./guard.ts";

/** Calls a hook tool without a process. */
export type CallTool = (
  tool: string,
  args: readonly string[],
  stdin?: string,
) => Promise<ToolResult>;

/** What a runner is asked to run. */
export interface Execution {
  readonly unit: string;
  /** Name of the hook or action. */
  readonly hook: string;
  /** Executable: dispatch, or one in `hooks/` or `actions/`. */
  readonly path: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the hook is to be killed with SIGKILL. */
  readonly kill: AbortSignal;
  /** For runners that start no process; rejects once the hook is killed. */
  readonly callTool: CallTool;
}

/** How a hook ended. */
export interface Exit {
  readonly code: number;
  /** Name of the signal that ended it; its code then says nothing. */
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one hook or action. */
export type Runner = (execution: Execution) => Promise<Exit>;

const BUSY_TRIES = 20;
const BUSY_WAIT_MS = 25;
const OUTPUT_WAIT_MS = 1000;

/** Runs the charm's executable; its tools come over the agent's socket. */
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

interface Output {
  readonly done: Promise<void>;
  /** Stops reading; gives what was read. */
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

/** A process left behind may hold the output open; a hook ends without it. */
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
        // A process group of its own, so that a kill reaches its children.
        detached: true,
        clearEnv: true,
        cwd,
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      // A process that another test is just starting may hold the file that
      // we wrote open for a moment.
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
    // It ended by itself in the meantime.
    const gone = error instanceof Deno.errors.NotFound ||
      (error instanceof Error && /ESRCH|No such process/.test(error.message));
    if (!gone) throw error;
  }
}
