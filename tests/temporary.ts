/**
 * Makes temporary folders for tests, and leaves nothing of them behind.
 *
 * The temporary folders of a process are in one root folder, whose name contains the id and the start
 * time of the process. When the process ends, also by Ctrl-C or SIGKILL, a watcher removes the root. It
 * first ends the processes that use the root and unmounts the file systems in it. If the watcher was
 * killed, too, the next process that loads this module removes the root.
 *
 * This module sets the variable TMPDIR to the root, or to one in /tmp if its path is too long for a
 * unix socket. So programs that tests start, and code that does
 * not know this module, make their temporary files there, too.
 *
 * @module
 */
import { basename, dirname } from "node:path/posix";
import { isDead, ownerOf, parseRootName, rootNameOf } from "./temporary_owner.ts";
import { removeWithUsers } from "./temporary_remove.ts";
import { startWatcher } from "./temporary_watch.ts";

/** Options of a temporary folder. */
export interface TemporaryFolderOptions {
  /** Beginning of its name. @default {""} */
  readonly prefix?: string;
  /**
   * Whether it is in /tmp also with another TMPDIR. The path of a unix socket has at most 107 bytes.
   *
   * @default {false}
   */
  readonly isShort?: boolean;
}

const SHORT_BASE = "/tmp";
/**
 * Longest root that leaves room for the unix sockets of programs that tests start. The path of a
 * unix socket has at most 107 bytes, and the Juju model's have up to 75 of them.
 */
const LONGEST_ROOT = 32;

const [ROOT, SHORT_ROOT] = await claimRoots(Deno.env.get("TMPDIR") ?? SHORT_BASE);
Deno.env.set("TMPDIR", ROOT.length > LONGEST_ROOT ? SHORT_ROOT : ROOT);
let count = 0;

/**
 * Makes an empty folder. It is removed when this process ends, if the test has not removed it before.
 *
 * @returns Path of the folder.
 */
export async function makeTemporaryFolder(
  { prefix = "", isShort = false }: TemporaryFolderOptions = {},
): Promise<string> {
  const root = isShort ? SHORT_ROOT : ROOT;
  for (;;) {
    // The counter gives no path twice, because tests may cache paths. Each thread has its own.
    const path = `${root}/${prefix}${++count}`;
    try {
      await Deno.mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/**
 * Removes the roots of processes that have ended. It removes no root of another user, of a process
 * that runs, or of one that it cannot see, and no folder with another name.
 *
 * @param base Folder that holds the roots.
 */
export async function sweep(base: string): Promise<void> {
  for await (const { name } of Deno.readDir(base)) {
    const owner = parseRootName(name);
    if (owner === undefined || !await isDead(owner)) continue;
    const root = `${base}/${name}`;
    const { uid, isDirectory } = await Deno.lstat(root).catch(() => ({
      uid: -1,
      isDirectory: false,
    }));
    if (isDirectory && uid === Deno.uid()) await removeWithUsers(root);
  }
}

/** Makes the roots of this process, unless another thread has made them. */
async function claimRoots(base: string): Promise<readonly [root: string, short: string]> {
  const owner = await ownerOf(Deno.pid);
  if (owner === undefined) throw new Error("Cannot find the own process: /proc is not mounted");
  const name = rootNameOf(owner);
  // TMPDIR is below a root if another thread has set it, or if a test has started this process.
  const isWithin = isBelowRoot(base);
  const bases = new Set([...(isWithin ? [] : [base]), SHORT_BASE]);
  const made: string[] = [];
  for (const each of bases) {
    if (await makeRoot(`${each}/${name}`)) made.push(`${each}/${name}`);
  }
  if (made.length > 0) startWatcher(made);
  for (const root of made) await sweep(dirname(root));
  return [isWithin ? base : `${base}/${name}`, `${SHORT_BASE}/${name}`];
}

async function makeRoot(path: string): Promise<boolean> {
  try {
    // Other users may pass, as in /tmp.
    await Deno.mkdir(path, { mode: 0o711 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

function isBelowRoot(path: string): boolean {
  if (parseRootName(basename(path)) !== undefined) return true;
  return path !== dirname(path) && isBelowRoot(dirname(path));
}
