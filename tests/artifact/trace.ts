/**
 * System calls of hooks, from strace.
 *
 * @module
 */
import { isAbsolute, join, normalize, relative } from "node:path/posix";
import { type Execution, type Exit, type Runner, runProcess } from "../juju/mod.ts";

/** Actions of one hook or action on the system. */
export interface Trace {
  /** Its path in the charm. */
  readonly executable: string;
  /** Directory of the charm that it belongs to. */
  readonly charm: string;
  /** Programs that were started, by their paths. */
  readonly programs: readonly string[];
  /** Files that the charm's own programs changed, or opened for writing. */
  readonly written: readonly string[];
  /** Addresses of the charm's own programs, as `address:port`; of other calls, the call. */
  readonly reached: readonly string[];
  /** Addresses that hook tools connected to. */
  readonly tools: readonly string[];
}

/** A runner of hooks that traces them. */
export interface Tracer {
  /** Runs a hook. */
  readonly run: Runner;
  /** One trace for each hook, in the order in which they ended. */
  readonly traces: readonly Trace[];
}

/** One system call. */
interface Call {
  readonly name: string;
  readonly args: string;
  /** Negative if it failed. */
  readonly result: number;
}

const OPTIONS = ["-ff", "-qq", "-y", "-s", "4096", "-e", "trace=%file,%network,%process,ftruncate"];
/** System calls that change a file by its path. */
const CHANGES =
  /^(creat|mkdir|rmdir|rename|link|symlink|unlink|truncate|mknod|chmod|chown|lchown|utime|setxattr|fchmodat|fchownat|futimesat)/;
const OPENS_FOR_WRITING = /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/;
const STARTS = new Set(["clone", "clone3", "fork", "vfork"]);

/**
 * Makes a runner that traces hooks.
 *
 * @param folder Folder for the output of strace.
 */
export function createTracer(folder: string): Tracer {
  const traces: Trace[] = [];
  let number = 0;
  const run = async (execution: Execution): Promise<Exit> => {
    const place = `${folder}/${number++}`;
    await Deno.mkdir(place);
    const script = `#!/bin/sh\nexec strace ${
      OPTIONS.join(" ")
    } -o ${place}/trace ${execution.path}\n`;
    await Deno.writeTextFile(`${place}/run`, script, { mode: 0o755 });
    const exit = await runProcess({ ...execution, path: `${place}/run` });
    traces.push(await read(place, execution));
    return exit;
  };
  return { run, traces };
}

async function read(place: string, { cwd, path }: Execution): Promise<Trace> {
  const threads = new Map<number, readonly Call[]>();
  for await (const { name } of Deno.readDir(place)) {
    const [, id] = /^trace\.(\d+)$/.exec(name) ?? [];
    if (id) threads.set(Number(id), parse(await Deno.readTextFile(`${place}/${name}`)));
  }
  const found = {
    programs: [] as string[],
    written: [] as string[],
    reached: [] as string[],
    tools: [] as string[],
  };
  const started = new Set([...threads.values()].flat().filter(isStart).map(({ result }) => result));
  const roots = [...threads.keys()].filter((id) => !started.has(id));
  const follow = (id: number, inherited: string) => {
    let program = inherited;
    for (const call of threads.get(id) ?? []) {
      if (isStart(call)) follow(call.result, program);
      else if (call.name === "execve") {
        if (call.result < 0) continue;
        program = pathsOf(call, cwd)[0] ?? "";
        found.programs.push(program);
      } else if (call.name === "connect" && !program.startsWith(`${cwd}/`)) {
        found.tools.push(addressOf(call));
      } else if (program.startsWith(`${cwd}/`)) {
        if (isWrite(call)) found.written.push(...pathsOf(call, cwd));
        if (isContact(call)) found.reached.push(addressOf(call));
      }
    }
  };
  for (const root of roots) follow(root, path);
  return { executable: relative(cwd, path), charm: cwd, ...found };
}

function parse(text: string): readonly Call[] {
  return text.split("\n").flatMap((line) => {
    const [, name = "", args = "", result = ""] = /^(\w+)\((.*)\) += (-?\d+)/.exec(line) ?? [];
    return name ? [{ name, args, result: Number(result) }] : [];
  });
}

function isStart({ name, result }: Call): boolean {
  return STARTS.has(name) && result > 0;
}

function isWrite({ name, args, result }: Call): boolean {
  if (result < 0) return false;
  return CHANGES.test(name) || (/^open/.test(name) && OPENS_FOR_WRITING.test(args));
}

/** Returns whether a call begins a connection. A non-blocking call always returns an error. */
function isContact({ name, args }: Call): boolean {
  return ["connect", "bind", "listen"].includes(name) ||
    (/^send(to|msg|mmsg)$/.test(name) && args.includes("sin_addr"));
}

function pathsOf({ args }: Call, cwd: string): readonly string[] {
  // Each path, after the folder that it is relative to, if the call has one.
  return args.matchAll(/(?:<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g).take(2)
    .map(([, folder = cwd, path = ""]) => normalize(isAbsolute(path) ? path : join(folder, path)))
    .toArray();
}

function addressOf({ name, args }: Call): string {
  const [, port] = /sin6?_port=htons\((\d+)\)/.exec(args) ?? [];
  const [, address] = /inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"/.exec(args) ?? [];
  const [, socket] = /sun_path="([^"]+)"/.exec(args) ?? [];
  if (socket !== undefined) return socket;
  return address !== undefined && name === "connect" ? `${address}:${port}` : `${name}(${args})`;
}
