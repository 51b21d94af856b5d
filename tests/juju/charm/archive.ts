/**
 * Expands a charm archive as Juju does (juju/utils zip/zip.go, charm
 * charmarchive.go).
 *
 * @module
 */

import { dirname, isAbsolute, join, normalize, relative } from "node:path/posix";
import {
  configure,
  type Entry,
  type FileEntry,
  TextWriter,
  Uint8ArrayReader,
  ZipReader,
} from "@zip.js/zip.js";
import { isHookName } from "./hook_names.ts";

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;
const S_IFREG = 0o100000;
const CREATOR_UNIX = 3;
const CREATOR_MACOS = 19;

// Web workers would outlive the test that expands an archive.
configure({ useWebWorkers: false });

/**
 * Expands a charm archive into an empty directory.
 *
 * @throws {Error} With Juju's message, if Juju would refuse the archive.
 */
export async function expandArchive(
  archive: string,
  target: string,
): Promise<void> {
  const reader = new ZipReader(
    new Uint8ArrayReader(await Deno.readFile(archive)),
    // expandEntry() applies Juju's rules to names. The library's own rules differ.
    { filenameValidation: "tolerant" },
  );
  try {
    const entries = await reader.getEntries();
    if (!hasHooksOrDispatch(entries)) {
      throw new Error(
        `invalid charm ${JSON.stringify(archive)}: has no hooks nor dispatch file`,
      );
    }
    for (const entry of entries) {
      try {
        await expandEntry(entry, target);
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new Error(
          `cannot extract ${JSON.stringify(cleanName(entry))}: ${message}`,
          { cause },
        );
      }
    }
  } finally {
    await reader.close();
  }
  await fixHooks(target);
}

/** Adds the owner's executable bit to files with the name of a hook (fixHookFunc). */
export async function fixHooks(charmDir: string): Promise<void> {
  const hooks = join(charmDir, "hooks");
  for (const entry of await list(hooks)) {
    if (!entry.isFile || !isHookName(entry.name)) continue;
    const path = join(hooks, entry.name);
    const mode = (await Deno.stat(path)).mode ?? 0;
    if ((mode & 0o100) === 0) await Deno.chmod(path, (mode & 0o777) | 0o100);
  }
}

/**
 * Checks a symbolic link at a path below a charm directory.
 *
 * @throws {Error} If the link is absolute or points out of the charm directory.
 */
export function checkSymlink(
  target: string,
  path: string,
  link: string,
): void {
  if (isAbsolute(link)) {
    throw new Error(`symlink ${JSON.stringify(link)} is absolute`);
  }
  const found = relative(target, join(dirname(path), link));
  if (found === ".." || found.startsWith("../")) {
    throw new Error(`symlink ${JSON.stringify(link)} leads out of scope`);
  }
}

async function list(directory: string): Promise<readonly Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function hasHooksOrDispatch(entries: readonly Entry[]): boolean {
  return entries.some((entry) => {
    const name = cleanName(entry);
    const type = modeOf(entry) & S_IFMT;
    if (type !== S_IFDIR && dirname(name) === "hooks") return true;
    return name.includes("dispatch");
  });
}

function cleanName(entry: Entry): string {
  return normalize(entry.filename).replace(/\/$/, "");
}

async function expandEntry(entry: Entry, target: string): Promise<void> {
  // Juju strips a leading "../" and does not refuse it.
  const name = cleanName(entry).replace(/^\/?(?:\.\.\/)*/, "");
  const path = join(target, name);
  const mode = modeOf(entry);
  await Deno.mkdir(dirname(path), { recursive: true });
  switch (mode & S_IFMT) {
    case S_IFDIR:
      await Deno.mkdir(path, { recursive: true });
      await Deno.chmod(path, mode & 0o777);
      return;
    case S_IFLNK: {
      const link = await (entry as FileEntry).getData(new TextWriter());
      checkSymlink(target, path, link);
      await removeIfThere(path);
      await Deno.symlink(link, path);
      return;
    }
    case S_IFREG: {
      await removeIfThere(path);
      const file = await Deno.open(path, { createNew: true, write: true });
      await (entry as FileEntry).getData(file.writable);
      await Deno.chmod(path, mode & 0o777);
      return;
    }
    default:
      throw new Error(`unknown file type ${mode & S_IFMT}`);
  }
}

/** Returns the mode of an entry as Go's zip.FileHeader.Mode does. */
function modeOf(entry: Entry): number {
  const creator = entry.versionMadeBy >> 8;
  let mode = 0;
  if (creator === CREATOR_UNIX || creator === CREATOR_MACOS) {
    mode = entry.externalFileAttributes >>> 16;
    if ((mode & S_IFMT) === 0) mode |= S_IFREG;
  } else {
    const readOnly = (entry.externalFileAttributes & 0x01) !== 0;
    mode = S_IFREG | (readOnly ? 0o444 : 0o666);
  }
  if (entry.filename.endsWith("/")) {
    mode = (mode & 0o777) | S_IFDIR;
    if (creator !== CREATOR_UNIX && creator !== CREATOR_MACOS) mode |= 0o777;
  }
  return mode;
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
