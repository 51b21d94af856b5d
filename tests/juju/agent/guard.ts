/**
 * Lets no hook outlive the process that runs it.
 *
 * A hook has a process group of its own, so a Ctrl-C in the terminal does not
 * reach it, and a process that is killed has no time to kill in turn. So a
 * shell waits beside each hook for its input to end.
 *
 * @module
 */

const WATCH = 'read -r _ || kill -s KILL -- "-$1"';

/**
 * Kills a process group with SIGKILL should this process end, by whatever
 * cause. Disposal stands the guard down.
 */
export function guardGroup(group: number): AsyncDisposable {
  const shell = new Deno.Command("/bin/sh", {
    args: ["-c", WATCH, "guard", String(group)],
    // Else the Ctrl-C would end it, too.
    detached: true,
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      const writer = shell.stdin.getWriter();
      await writer.write(new TextEncoder().encode("\n"));
      await writer.close();
      await shell.status;
    },
  };
}
