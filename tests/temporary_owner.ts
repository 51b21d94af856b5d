/**
 * The owner of temporary folders: a process. Its start time distinguishes it from a later process with
 * the same id.
 *
 * @module
 */

/** A process of this machine. */
export interface Owner {
  /** Its id, as its pid namespace counts. */
  readonly pid: number;
  /** Start time, in clock ticks since the start of the machine. */
  readonly start: number;
  /** Inode of its pid namespace: a container that shares /tmp has another one. */
  readonly namespace: number;
}

const PREFIX = "lxdi";
/** Short numbers, because the path of a unix socket has at most 107 bytes. */
const RADIX = 36;
const NAME_REGEXP = /^lxdi-([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)$/;

/**
 * Describes a process that runs.
 *
 * @param pid Its id.
 * @returns The process; undefined if it has ended, also if it is a zombie.
 */
export async function ownerOf(pid: number): Promise<Owner | undefined> {
  let stat: string;
  try {
    stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  } catch (error) {
    if (hasEnded(error)) return undefined;
    throw error;
  }
  // The name of the program is in parentheses, and may hold any character.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (/^[ZX]/.test(fields[0] ?? "")) return undefined;
  const namespace = (await Deno.readLink("/proc/self/ns/pid")).match(/\d+/)?.[0];
  return { pid, start: Number(fields[19]), namespace: Number(namespace) };
}

/**
 * Names the folder that holds all temporary folders of an owner.
 *
 * @param owner The owner.
 * @returns The name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const owner = { pid: 71, start: 36, namespace: 4026531836 };
 * assert.equal(rootNameOf(owner), "lxdi-1z-10-1ulajuk");
 * ```
 */
export function rootNameOf({ pid, start, namespace }: Owner): string {
  return [PREFIX, ...[pid, start, namespace].map((number) => number.toString(RADIX))].join("-");
}

/**
 * Reads the owner from the name of a folder.
 *
 * @param name The name.
 * @returns The owner; undefined if the folder is not one of ours.
 */
export function parseRootName(name: string): Owner | undefined {
  const [pid, start, namespace] = NAME_REGEXP.exec(name)?.slice(1)
    .map((text) => Number.parseInt(text, RADIX)) ?? [];
  if (pid === undefined || start === undefined || namespace === undefined) return undefined;
  return { pid, start, namespace };
}

/**
 * Whether an owner is known to have ended.
 *
 * @param owner The owner.
 * @returns False also for an owner in another namespace, which this process cannot see.
 */
export async function isDead({ pid, start, namespace }: Owner): Promise<boolean> {
  const self = await ownerOf(Deno.pid);
  if (self?.namespace !== namespace) return false;
  return (await ownerOf(pid))?.start !== start;
}

/**
 * Whether reading about a process failed because it has ended.
 *
 * @param error What was thrown.
 */
export function hasEnded(error: unknown): boolean {
  // ESRCH: it ended between opening the file and reading it.
  return error instanceof Deno.errors.NotFound ||
    (Error.isError(error) && "code" in error && error.code === "ESRCH");
}
