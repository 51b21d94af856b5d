/**
 * Runs the charm's hooks in this process instead of a process for each. The same Juju model answers
 * the hook tools, and the requests go to the LXD of the credential. This is about thirty times as
 * fast, and only the charm's packing is different.
 *
 * @module
 */
import { type Action, perform } from "../../lib/action/run.ts";
import { hook, type Surroundings } from "../../lib/hook.ts";
import { type Exec, HookToolError, WRITE_SECRET } from "../../lib/juju/hook_tools.ts";
import type { HookEvent, Variables } from "../../lib/juju/event.ts";
import type { CallTool, Execution, Exit } from "../juju/mod.ts";
import { makeTemporaryFolder } from "../temporary.ts";

/** Reads the event of a hook. */
export type EventOf = (environment: Variables) => HookEvent;

const ROOT = new URL("../../", import.meta.url);
const HOOKS = new URL("hooks/", ROOT);
const ACTIONS = new URL("actions/", ROOT);
const events = new Map<string, Promise<EventOf>>();
const actions = new Map<string, Promise<Action<unknown>>>();

/**
 * Returns the function that a hook's file passes to `runHook`.
 *
 * @throws {RangeError} If the charm has no such hook, or its file passes no import.
 */
export function eventOf(hook: string): Promise<EventOf> {
  return events.getOrInsertComputed(hook, () => readEvent(new URL(`${hook}.ts`, HOOKS)));
}

async function readEvent(file: URL): Promise<EventOf> {
  return await readArgument<EventOf>(file, "runHook");
}

/**
 * Returns the action that an action's file passes to `runAction`.
 *
 * @throws {RangeError} If the charm has no such action, or its file passes no import.
 */
export function actionOf(action: string): Promise<Action<unknown>> {
  return actions.getOrInsertComputed(
    action,
    () => readArgument<Action<unknown>>(new URL(`${action}.ts`, ACTIONS), "runAction"),
  );
}

/** Reads what an executable's file passes to the function that runs it. */
async function readArgument<T>(file: URL, run: "runHook" | "runAction"): Promise<T> {
  const source = await Deno.readTextFile(file).catch(() => "");
  const name = source.match(new RegExp(`^await ${run}\\((\\w+)\\);$`, "m"))?.[1];
  const module = source.match(new RegExp(`^import {.*\\b${name}\\b.*} from "(.*)";$`, "m"))?.[1];
  if (name === undefined || module === undefined) {
    throw new RangeError(`Cannot run ${file.pathname}: it is no hook or action of the charm`);
  }
  const exported: Readonly<Record<string, T>> = await import(new URL(module, file).href);
  const argument = exported[name];
  if (!argument) throw new RangeError(`Cannot run ${file.pathname}: ${module} has no ${name}`);
  return argument;
}

/**
 * Runs one hook for the Juju model. A kill ends its hook tools and its requests to LXD.
 *
 * @param means The clock and the connections.
 */
export async function runInProcess(
  execution: Execution,
  means: Pick<Surroundings, "clock" | "connect">,
): Promise<Exit> {
  const { env, callTool, kill } = execution;
  const run = await runnerOf(execution);
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
    await run({ environment, exec: execOf(callTool), log, signal: kill, ...means });
    return end(0, "");
  } catch (error) {
    return end(1, error instanceof Error ? error.stack ?? error.message : String(error));
  }
}

/** What the executable of a hook or an action does. */
async function runnerOf(
  { hook: name, env }: Execution,
): Promise<(surroundings: Surroundings) => Promise<void>> {
  if (env["JUJU_ACTION_NAME"] !== undefined) {
    const action = await actionOf(name);
    return (surroundings) => perform(surroundings, action);
  }
  const event = await eventOf(name);
  return (surroundings) => hook(surroundings, event);
}

function execOf(callTool: CallTool): Exec {
  return async (tool, args, more) => {
    const stdin = typeof more === "string" ? more : undefined;
    if (tool === WRITE_SECRET) return await writeSecret(callTool, args, stdin ?? "");
    const { code, stdout, stderr } = await callTool(tool, args, stdin);
    if (code !== 0) throw new HookToolError(tool, { code, stderr });
    return stdout;
  };
}

/** Does what the charm's own program does, by a file: here is no process whose input would be one. */
async function writeSecret(
  callTool: CallTool,
  [tool = "", ...args]: readonly string[],
  content: string,
): Promise<string> {
  const folder = await makeTemporaryFolder({ prefix: "secret-" });
  try {
    const file = `${folder}/content`;
    await Deno.writeTextFile(file, content);
    const { code, stdout, stderr } = await callTool(tool, [...args, "--file", file]);
    if (code !== 0) throw new HookToolError(tool, { code, stderr });
    return stdout;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
