/**
 * Kills a hook when the process that runs it ends.
 *
 * A hook has its own process group, so Ctrl-C in the terminal does not reach it. A killed process
 * cannot kill its hooks. So a shell beside each hook waits for the end of its standard input, which
 * this process holds open.
 *
 * @module
 */

const WATCH = 'read -r _ || kill -s KILL -- "-$1"';

/**
 * Starts a guard that kills a process group with SIGKILL when this process ends for any reason.
 * Disposal ends the guard and kills nothing.
 */
export function guardGroup(group: number): AsyncDisposable {
  const shell = new Deno.Command("/bin/sh", {
    args: ["-c", WATCH, "guard", String(group)],
    // Otherwise Ctrl-C would end the guard, too.
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
