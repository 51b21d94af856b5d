/**
 * Temporary folders of tests, of which nothing stays.
 *
 * All of a process are below one root, whose name tells the process. A watcher beside the process
 * removes the root when the process ends, also by Ctrl-C or SIGKILL: with the processes that use
 * it, and the file systems that are mounted below it. If the watcher was killed as well, the next
 * process that loads this module does it.
 *
 * Loading this module sets the variable TMPDIR, so that programs that tests start, and code that
 * knows nothing of this module, make their temporary files below the root, too.
 *
 * @module
 */
import { basename, dirname } from "node:path/posix";
import { isDead, ownerOf, parseRootName, rootNameOf } from "./temporary_owner.ts";
import { removeWithUsers } from "./temporary_remove.ts";
import { startWatcher } from "./temporary_watch.ts";

/** What a temporary folder shall be. */
export interface TemporaryFolderOptions {
  /** How its name begins. @default {""} */
  readonly prefix?: string;
  /**
   * Whether its path must be short whatever TMPDIR says: the path of a unix socket has at most 107
   * bytes.
   *
   * @default {false}
   */
  readonly isShort?: boolean;
}

const SHORT_BASE = "/tmp";

const [ROOT, SHORT_ROOT] = await claimRoots(Deno.env.get("TMPDIR") ?? SHORT_BASE);
Deno.env.set("TMPDIR", ROOT);
let count = 0;

/**
 * Makes an empty folder. It is removed when this process ends; whoever needs it no longer removes
 * it earlier.
 *
 * @param options What it shall be.
 * @returns Its path.
 */
export async function makeTemporaryFolder(
  { prefix = "", isShort = false }: TemporaryFolderOptions = {},
): Promise<string> {
  const root = isShort ? SHORT_ROOT : ROOT;
  for (;;) {
    // No path comes twice, as some may be remembered. Other threads count for themselves.
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
 * Removes what processes that have ended left behind. What is not named as roots are, belongs to
 * another user, or may be of a process that runs stays as it is.
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

/** Makes the roots of this process, unless another thread of it was first. */
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
    // As in /tmp, others may pass.
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
