/**
 * Runs a hook tool, with the exit code and the texts of the real one (cmd cmd.go Main, JUJUC/server.go).
 *
 * @module
 */

import type { HookContext } from "../context/context.ts";
import { HelpRequest, parseFlags } from "./flags.ts";
import { findTool } from "./registry.ts";
import { absolutePath, type Call, render } from "./tool.ts";

/** A command line of a hook tool. */
export interface Invocation {
  readonly tool: string;
  readonly args: readonly string[];
  /** Working directory of the caller. */
  readonly cwd: string;
  /** Reads standard input. A tool that takes no input never calls it. */
  readonly stdin: () => Promise<string>;
}

/** Exit code and output of a hook tool. */
export interface ToolResult {
  /** Exit code. */
  readonly code: number;
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
}

/** Runs a hook tool in a context. Failures of the tool are results, not exceptions. */
export async function runTool(
  context: HookContext,
  { tool: name, args: argv, cwd, stdin }: Invocation,
): Promise<ToolResult> {
  const tool = findTool(name);
  if (!tool) return failure(1, `bad request: unknown command: ${name}`);
  let stdout = "";
  let stderr = "";
  let run: () => void | Promise<void>;
  try {
    const { flags, args } = parseFlags(tool.flags(context), argv);
    const call: Call = {
      context,
      flags,
      args,
      cwd,
      stdin,
      print: (text) => {
        stdout += text;
      },
      warn: (text) => {
        stderr += text;
      },
      write: async (value) => {
        const text = render(
          flags.get("format") ?? tool.format ?? "smart",
          value,
        );
        const output = flags.get("output") ?? flags.get("o");
        if (output) await Deno.writeTextFile(absolutePath(cwd, output), text);
        else stdout += text;
      },
    };
    run = tool.prepare(call);
  } catch (error) {
    if (error instanceof HelpRequest) {
      return { code: 0, stdout: `Usage: ${name} [options]\n`, stderr: "" };
    }
    return failure(2, text(error));
  }
  try {
    await run();
  } catch (error) {
    return failure(1, text(error), stderr);
  }
  return { code: 0, stdout, stderr };
}

/** Makes the result of a failed tool. `before` stands before the error on standard error. */
export function failure(
  code: number,
  message: string,
  before = "",
): ToolResult {
  return { code, stdout: "", stderr: `${before}ERROR ${message}\n` };
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
