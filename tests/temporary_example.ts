/**
 * Program for `temporary_test.ts`: starts a real LXD, mounts a file system, starts a process in a
 * session of its own, prints where, and waits for its end.
 *
 * @module
 */
import { dirname } from "node:path/posix";
import { mountTmpfs } from "./artifact/tmpfs.ts";
import { startLxd } from "./lxd/real.ts";
import { makeTemporaryFolder } from "./temporary.ts";

/** What the program prints, as JSON. */
export interface Printed {
  /** Folder that holds all its temporary folders. */
  readonly root: string;
  /** Processes that it started. */
  readonly pids: readonly number[];
}

if (import.meta.main) {
  const lxd = await startLxd();
  const disk = await mountTmpfs("1m");
  const cwd = await makeTemporaryFolder({ prefix: "a folder " });
  const sleeper = new Deno.Command("sleep", {
    args: ["3600"],
    cwd,
    clearEnv: true,
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const pids = [sleeper.pid, ...lxd.daemons.flatMap((daemon) => daemon.pid() ?? [])];
  const printed: Printed = { root: dirname(disk.path), pids };
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(printed)}\n`));
  await sleeper.status;
}
