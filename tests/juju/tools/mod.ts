/**
 * Runs hook tools: picks one by name, parses its options, gives the exit code
 * and texts of the real one (cmd cmd.go Main, JUJUC/server.go).
 *
 * @module
 */

import type { HookContext } from "../context.ts";
import { actionFail, actionGet, actionLog, actionSet } from "./action.ts";
import { configGet, credentialGet } from "./config.ts";
import { HelpRequest, parseFlags } from "./flags.ts";
import {
  applicationVersionSet,
  closePort,
  goalState,
  isLeaderTool,
  jujuLog,
  networkGet,
  openedPorts,
  openPort,
  unitGet,
} from "./misc.ts";
import {
  relationGet,
  relationIds,
  relationList,
  relationModelGet,
  relationSet,
} from "./relation.ts";
import {
  secretAdd,
  secretGet,
  secretGrant,
  secretIds,
  secretInfoGet,
  secretRemove,
  secretRevoke,
  secretSet,
} from "./secrets.ts";
import { stateDelete, stateGet, stateSet } from "./state.ts";
import { statusGet, statusSet } from "./status.ts";
import { absolutePath, type Call, render, type Tool } from "./tool.ts";

const TOOLS: Readonly<Record<string, Tool>> = {
  "action-fail": actionFail,
  "action-get": actionGet,
  "action-log": actionLog,
  "action-set": actionSet,
  "application-version-set": applicationVersionSet,
  "close-port": closePort,
  "config-get": configGet,
  "credential-get": credentialGet,
  "goal-state": goalState,
  "is-leader": isLeaderTool,
  "juju-log": jujuLog,
  "network-get": networkGet,
  "open-port": openPort,
  "opened-ports": openedPorts,
  "relation-get": relationGet,
  "relation-ids": relationIds,
  "relation-list": relationList,
  "relation-model-get": relationModelGet,
  "relation-set": relationSet,
  "secret-add": secretAdd,
  "secret-get": secretGet,
  "secret-grant": secretGrant,
  "secret-ids": secretIds,
  "secret-info-get": secretInfoGet,
  "secret-remove": secretRemove,
  "secret-revoke": secretRevoke,
  "secret-set": secretSet,
  "state-delete": stateDelete,
  "state-get": stateGet,
  "state-set": stateSet,
  "status-get": statusGet,
  "status-set": statusSet,
  "unit-get": unitGet,
};

/** Names of all tools. */
export const TOOL_NAMES: readonly string[] = Object.keys(TOOLS);

/** A command line, with where it is run. */
export interface Invocation {
  readonly tool: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Called at most once, and only by a tool that reads its input. */
  readonly stdin: () => Promise<string>;
}

/** What a tool gave. */
export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one tool in a context. */
export async function runTool(
  context: HookContext,
  { tool: name, args: argv, cwd, stdin }: Invocation,
): Promise<ToolResult> {
  const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
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

/** An error as tools print it. */
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
