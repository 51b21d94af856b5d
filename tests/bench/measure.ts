/**
 * Measures one run of a program, by the accounts of the kernel.
 *
 * @module
 */
import { runProcess } from "../juju/mod.ts";

/** What one run of a program took. */
export interface Measured {
  /** Milliseconds from the start of the program to its end. */
  readonly wallMs: number;
  /** Milliseconds of processor time of the program's own process, user and system. */
  readonly ownMs: number;
  /** Milliseconds of processor time of the processes that the program waited for: its tools. */
  readonly toolsMs: number;
  /** Highest resident memory of one process, in MB (1,000,000 bytes). */
  readonly peakMb: number;
}

/** A program as a hook is run. */
export interface Program {
  /** Path of the program. */
  readonly path: string;
  /** Its working directory. */
  readonly cwd: string;
  /** All of its environment variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** A run of a program. */
export interface Run {
  /** What it took. */
  readonly measured: Measured;
  /** The program's standard output. */
  readonly stdout: string;
}

const SCRIPT = new URL("./measure.pl", import.meta.url).pathname;

/**
 * Runs a program once.
 *
 * @param report Path of a file for the accounts.
 * @param spent Returns the milliseconds of processor time of its tools, once it has ended.
 * @throws {Error} If the exit code is not 0.
 */
export async function measure(
  { path, cwd, env }: Program,
  report: string,
  spent: () => number,
): Promise<Run> {
  const { code, stdout, stderr } = await runProcess({
    unit: "",
    hook: "",
    path: SCRIPT,
    cwd,
    env: { ...env, MEASURED_PROGRAM: path, MEASURED_REPORT: report },
    kill: new AbortController().signal,
    callTool: () => Promise.reject(new Error("Cannot call a tool without a process")),
  });
  if (code !== 0) throw new Error(`Cannot measure ${path}: exit code ${code}: ${stderr}${stdout}`);
  return { measured: readReport(await Deno.readTextFile(report), spent()), stdout };
}

/**
 * Reads the accounts of one run.
 *
 * @example A program with tools
 * ```ts
 * import assert from "node:assert/strict";
 * const { ownMs, toolsMs } = readReport("250000000 190000 61000", 40);
 * assert.deepEqual([ownMs, toolsMs], [150, 40]);
 * ```
 *
 * @param text Nanoseconds that passed, microseconds of processor time with tools, and kB.
 * @param toolsMs Milliseconds of processor time of the tools.
 */
export function readReport(text: string, toolsMs: number): Measured {
  const [wall = NaN, micros = NaN, kilobytes = NaN] = text.trim().split(" ").map(Number);
  return {
    wallMs: wall / 1e6,
    ownMs: micros / 1000 - toolsMs,
    toolsMs,
    peakMb: kilobytes * 1024 / 1e6,
  };
}
