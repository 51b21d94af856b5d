/**
 * Temporary directories whose names contain the process that made them.
 *
 * A killed process leaves its directories behind. The next process that creates a model removes
 * them.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { join } from "node:path/posix";

const PREFIX = "juju-model-";
const NAME_REGEXP = /^juju-model-([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)-[0-9a-z]+$/;

/**
 * A process. The start time distinguishes it from an earlier process with the same id. The namespace
 * distinguishes it from processes of other containers, which may share the directory.
 *
 * All numbers have the base 36: the path of a unix socket has at most 107 bytes.
 */
interface Owner {
  readonly id: string;
  /** In clock ticks since the system started. */
  readonly start: string;
  /** Inode of the PID namespace. */
  readonly namespace: string;
}

let self: Owner | undefined;
let swept: Promise<void> | undefined;

/** Makes a temporary directory that only this user can read. The caller removes it. */
export async function makeDirectory(): Promise<string> {
  const { id, namespace, start } = self ??= await readSelf();
  for (;;) {
    const random = Math.random().toString(36).slice(2, 6).padEnd(4, "0");
    const path = join(tmpdir(), `${PREFIX}${id}-${start}-${namespace}-${random}`);
    try {
      await Deno.mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** Calls sweepDirectories() once. Later calls wait for the first one. */
export async function sweepOnce(): Promise<void> {
  await (swept ??= sweepDirectories());
}

/**
 * Removes the directories of makeDirectory() whose process has ended.
 *
 * Directories of running processes stay, and so do directories that another user made.
 *
 * @param folder Directory to sweep. @default the system's directory for temporary files
 */
export async function sweepDirectories(folder: string = tmpdir()): Promise<void> {
  const { namespace } = self ??= await readSelf();
  for await (const { name } of Deno.readDir(folder)) {
    const [, id, start, other] = NAME_REGEXP.exec(name) ?? [];
    if (id === undefined || start === undefined || other !== namespace) continue;
    if (await startOf(parseInt(id, 36)) === start) continue;
    try {
      await Deno.remove(join(folder, name), { recursive: true });
    } catch {
      // Another process sweeps at the same time, or the directory belongs to another user.
    }
  }
}

async function readSelf(): Promise<Owner> {
  const start = await startOf(Deno.pid);
  const inode = /\d+/.exec(await Deno.readLink("/proc/self/ns/pid"))?.[0];
  if (start === undefined || inode === undefined) {
    throw new Error("Cannot identify this process: /proc does not show it");
  }
  return { id: Deno.pid.toString(36), start, namespace: Number(inode).toString(36) };
}

/** Returns the start time of a process; undefined if there is no such process. */
async function startOf(id: number): Promise<string | undefined> {
  let stat: string;
  try {
    stat = await Deno.readTextFile(`/proc/${id}/stat`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isGone(error)) return undefined;
    throw error;
  }
  // The name of the program stands in parentheses, and may contain spaces. The start is field 22.
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return Number(ticks).toString(36);
}

/** Whether a process ended while its file was read (ESRCH). */
function isGone(error: unknown): boolean {
  return error instanceof Error && /No such process/.test(error.message);
}
