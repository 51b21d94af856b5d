/**
 * Removes a temporary folder with all that uses it: processes, mounts, files.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { hasEnded, ownerOf } from "./temporary_owner.ts";

const PAUSE_MS = 50;
const LIMIT_MS = 60_000;

/**
 * Ends what uses a folder, unmounts what is mounted below it, and removes it. Several processes may
 * do this at the same time.
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
 * Finds the processes that use a folder: it is part of one of their variables, or they work below
 * it. A process whose standard input is a terminal belongs to a person, and is left out.
 *
 * @param folder The folder.
 * @returns Their ids, without the one of this process.
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
  // Processes may end meanwhile, and those of other users may not be looked at.
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
    // Another process may have been quicker.
    if (success || !(await mountsBelow(folder)).includes(path)) continue;
    throw new Error(`Cannot unmount ${path}: ${new TextDecoder().decode(stderr)}`);
  }
}

/**
 * Lists the mounts at a folder and below it.
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

/** White space and backslashes come as octal numbers. */
function decodeOctal(_match: string, octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
