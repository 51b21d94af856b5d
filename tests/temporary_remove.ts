/**
 * Removes a temporary folder, with the processes that use it and the mounts in it.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { hasEnded, ownerOf } from "./temporary_owner.ts";

const PAUSE_MS = 50;
const LIMIT_MS = 60_000;

/**
 * Ends the processes that use a folder, unmounts the file systems in it, and removes it. Several
 * processes may do this at the same time.
 *
 * @param folder The folder; it need not exist.
 * @throws {Error} if it still exists after a minute.
 */
export async function removeWithUsers(folder: string): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (let cause: unknown;;) {
    try {
      if (await endProcesses(folder) === 0) {
        await unmount(folder);
        await Deno.remove(folder, { recursive: true });
        return;
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound && !await exists(folder)) return;
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`Cannot remove ${folder}`, { cause });
    await delay(PAUSE_MS);
  }
}

/**
 * Sends SIGKILL to the processes that use a folder.
 *
 * @param folder The folder.
 * @returns Number of them. They may take a moment to end.
 */
export async function endProcesses(folder: string): Promise<number> {
  const pids = await processesOf(folder);
  for (const pid of pids) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch (error) {
      if (!hasEnded(error)) throw error;
    }
  }
  return pids.length;
}

/**
 * Finds the processes that use a folder: a variable or the working directory is a path in it. A
 * process with a terminal as its standard input belongs to a person, and does not count.
 *
 * @param folder The folder.
 * @returns Ids of the processes, without this one's.
 */
export async function processesOf(folder: string): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === Deno.pid) continue;
    if (await uses(pid, folder) && await ownerOf(pid) !== undefined) found.push(pid);
  }
  return found;
}

async function uses(pid: number, folder: string): Promise<boolean> {
  const isBelow = (path: string) => path === folder || path.startsWith(`${folder}/`);
  // A process may end meanwhile, and the variables of other users' processes cannot be read.
  const variables = await Deno.readTextFile(`/proc/${pid}/environ`).catch(() => "");
  const paths = variables.split(/[\0=:]/);
  const directory = await Deno.readLink(`/proc/${pid}/cwd`).catch(() => "");
  if (![directory, ...paths].some(isBelow)) return false;
  const input = await Deno.readLink(`/proc/${pid}/fd/0`).catch(() => "");
  return !/^\/dev\/(pts|tty)/.test(input);
}

async function unmount(folder: string): Promise<void> {
  for (const path of (await mountsBelow(folder)).toReversed()) {
    const { success, stderr } = await new Deno.Command("umount", { args: ["--lazy", path] })
      .output();
    // Another process may have unmounted it.
    if (success || !(await mountsBelow(folder)).includes(path)) continue;
    throw new Error(`Cannot unmount ${path}: ${new TextDecoder().decode(stderr)}`);
  }
}

/**
 * Lists the mounts at a folder and in it.
 *
 * @param folder The folder.
 * @returns Their paths, in the order in which they were mounted.
 */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  const text = await Deno.readTextFile("/proc/self/mounts");
  return text.split("\n")
    .map((line) => (line.split(" ")[1] ?? "").replaceAll(/\\([0-7]{3})/g, decodeOctal))
    .filter((path) => path === folder || path.startsWith(`${folder}/`));
}

/** Decodes white space and backslashes, which are octal numbers in the list of mounts. */
function decodeOctal(_match: string, octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
