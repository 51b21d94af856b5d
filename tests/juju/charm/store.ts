/**
 * Keeps expanded charms, and copies them to the directories of units.
 *
 * All models of a process share one expansion of an archive, since a charm may have a hundred
 * megabytes.
 *
 * @module
 */

import { dirname, join } from "node:path/posix";
import { makeDirectory } from "../disk/directories.ts";
import { checkSymlink, expandArchive, fixHooks } from "./archive.ts";

/** Executables above this size are hard links. In bytes. */
const LINK_SIZE = 1024 * 1024;

let root: string | undefined;
const expanded = new Map<string, Promise<string>>();

/**
 * Returns the directory of an expanded charm. Nobody may change this directory.
 *
 * @param charm Path of a `.charm` file, or of a directory with the files of a charm.
 */
export async function expandCharm(charm: string): Promise<string> {
  const path = await Deno.realPath(charm);
  const { isDirectory, mtime, size } = await Deno.stat(path);
  // Tests change files of a directory. So each call makes a new copy.
  if (isDirectory) return await copyDirectory(path);
  const key = JSON.stringify([path, mtime, size]);
  return await expanded.getOrInsertComputed(key, async () => {
    const target = await freshDirectory();
    await expandArchive(path, target);
    return target;
  });
}

async function copyDirectory(path: string): Promise<string> {
  const target = await freshDirectory();
  for (const name of await walk(path)) {
    const from = join(path, name);
    if ((await Deno.lstat(from)).isSymlink) {
      checkSymlink(path, from, await Deno.readLink(from));
    }
    await place(from, join(target, name));
  }
  await fixHooks(target);
  return target;
}

async function freshDirectory(): Promise<string> {
  if (root === undefined) {
    const made = await makeDirectory();
    // Another deploy may have made a directory at the same time.
    if (root === undefined) {
      root = made;
      // Other models may need it until the process ends.
      globalThis.addEventListener("unload", () => {
        Deno.removeSync(made, { recursive: true });
      });
    } else {
      await Deno.remove(made);
    }
  }
  return await Deno.makeTempDir({ dir: root });
}

/**
 * Copies an expanded charm to the charm directory of a unit.
 *
 * Files of the previous charm that the new charm lacks are removed. Files of both are overwritten.
 * Files that neither charm has stay (UNITER/charm).
 */
export async function deployCharm(
  source: string,
  charmDir: string,
  previous?: string,
): Promise<void> {
  const names = await walk(source);
  if (previous !== undefined) {
    const kept = new Set(names);
    const old = (await walk(previous)).filter((name) => !kept.has(name));
    // Deepest first. remove() keeps a directory that is not empty.
    for (const name of old.toReversed()) await remove(join(charmDir, name));
  }
  await Deno.mkdir(charmDir, { recursive: true });
  for (const name of names) {
    await place(join(source, name), join(charmDir, name));
  }
}

/** Returns the paths of all entries below a directory, parents before children. */
async function walk(directory: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(join(directory, below))) {
    const name = join(below, entry.name);
    names.push(name);
    if (entry.isDirectory) names.push(...await walk(directory, name));
  }
  return names;
}

async function place(from: string, to: string): Promise<void> {
  const info = await Deno.lstat(from);
  const mode = (info.mode ?? 0) & 0o777;
  if (info.isDirectory) {
    await Deno.mkdir(to, { recursive: true });
    await Deno.chmod(to, mode);
    return;
  }
  await Deno.mkdir(dirname(to), { recursive: true });
  // A hard link may share the old file. So the new file replaces it.
  await remove(to);
  if (info.isSymlink) {
    await Deno.symlink(await Deno.readLink(from), to);
  } else if (info.size > LINK_SIZE && (mode & 0o100) !== 0) {
    // No code changes these files in place, so units may share them.
    await linkOrCopy(from, to);
  } else {
    await Deno.copyFile(from, to);
    await Deno.chmod(to, mode);
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await Deno.link(from, to);
  } catch {
    // The target is on another file system, or the system forbids links to files of others.
    await Deno.copyFile(from, to);
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (error instanceof Error && /not empty/.test(error.message)) return;
    throw error;
  }
}
