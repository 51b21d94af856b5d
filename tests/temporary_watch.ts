/**
 * A program that waits for the end of a process, and then removes the process's folders:
 * `deno run -A tests/temporary_watch.ts <pid> <folder>...`.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { ownerOf } from "./temporary_owner.ts";
import { removeWithUsers } from "./temporary_remove.ts";

const PAUSE_MS = 200;

/**
 * Starts the program. A Ctrl-C does not reach it, and this process does not wait for it.
 *
 * @param folders The folders of this process.
 */
export function startWatcher(folders: readonly string[]): void {
  // With the variable TMPDIR it would be a user of the folders, and end itself.
  const { PATH = "/usr/bin:/bin", HOME = "/", DENO_DIR } = Deno.env.toObject();
  new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--quiet", "--no-config", "--no-lock"],
      ...[import.meta.url, String(Deno.pid), ...folders],
    ],
    cwd: "/",
    clearEnv: true,
    env: { PATH, HOME, ...(DENO_DIR === undefined ? {} : { DENO_DIR }) },
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn().unref();
}

if (import.meta.main) {
  const [pid, ...folders] = Deno.args;
  const owner = await ownerOf(Number(pid));
  while (owner !== undefined && (await ownerOf(owner.pid))?.start === owner.start) {
    await delay(PAUSE_MS);
  }
  for (const folder of folders) await removeWithUsers(folder);
}
