/**
 * Runs the charm's hooks in this process instead of one each: its hook tools are answered by the
 * same Juju model, LXD by whatever the credential leads to. It is some thirty times as fast, and
 * everything but the charm's packing is the same code.
 *
 * @module
 */
import { SYSTEM_CLOCK } from "../../lib/async/clock.ts";
import { hook } from "../../lib/hook.ts";
import { type Exec, HookToolError } from "../../lib/juju/hook_tools.ts";
import {
  broken,
  changed,
  departed,
  elected,
  everything,
  everythingSettled,
  type HookEvent,
  stop,
  type Variables,
} from "../../lib/juju/event.ts";
import type { CallTool, Execution, Exit } from "../juju/mod.ts";

/** What each of the charm's hooks passes to `runHook`. */
export const SCOPES: Readonly<Record<string, (environment: Variables) => HookEvent>> = {
  "api-relation-broken": broken,
  "api-relation-changed": changed,
  "api-relation-created": changed,
  "api-relation-departed": departed,
  "config-changed": everything,
  "https-relation-broken": broken,
  "https-relation-changed": changed,
  "https-relation-created": changed,
  "https-relation-departed": departed,
  "leader-elected": elected,
  "replicas-relation-changed": everything,
  "secret-changed": everything,
  stop,
  "update-status": everythingSettled,
  "upgrade-charm": everything,
};

/**
 * Runs one hook; a runner for the Juju model. A kill ends its hook tools and its requests to LXD.
 *
 * @param execution What to run.
 * @returns How it ended.
 */
export async function runInProcess(execution: Execution): Promise<Exit> {
  const { env, callTool, kill } = execution;
  const eventOf = SCOPES[execution.hook];
  if (!eventOf) throw new RangeError(`Cannot run ${execution.hook}: the charm has no such hook`);
  const lines: string[] = [];
  const end = (code: number, stderr: string): Exit => ({
    code,
    signal: kill.aborted ? "SIGKILL" : null,
    stdout: lines.map((line) => `${line}\n`).join(""),
    stderr,
  });
  try {
    const log = (line: string) => void lines.push(line);
    const environment: Variables = (name) => env[name];
    await hook(
      { environment, exec: execOf(callTool), log, signal: kill, clock: SYSTEM_CLOCK },
      eventOf,
    );
    return end(0, "");
  } catch (error) {
    return end(1, error instanceof Error ? error.stack ?? error.message : String(error));
  }
}

function execOf(callTool: CallTool): Exec {
  return async (tool, args, stdin) => {
    const { code, stdout, stderr } = await callTool(tool, args, stdin);
    if (code !== 0) throw new HookToolError(tool, { code, stderr });
    return stdout;
  };
}
