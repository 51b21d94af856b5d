/**
 * Subcommands of Deno, such as `deno bundle`.
 *
 * @module
 */

/** The result of a command. */
export interface DenoResult {
  /** Whether the exit code is 0. */
  readonly success: boolean;
  /** The standard output. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** Why the command failed, in one line. */
  readonly reason: string;
}

/** Surroundings of a command. */
export interface DenoOptions {
  /** Working directory. */
  readonly cwd: string;
  /** Variables in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the command. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a command of the Deno that runs this process. The output has no colors.
 *
 * @param args The command and its arguments.
 * @param options Surroundings of the command.
 */
export async function runDeno(
  args: readonly string[],
  { cwd, env, signal }: DenoOptions,
): Promise<DenoResult> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    ...(signal && { signal }),
  });
  const { success, stdout, stderr } = await command.output();
  return { success, stdout, reason: reasonOf(new TextDecoder().decode(stderr)) };
}

/**
 * Finds the reason in the standard error of a failed command: the innermost cause, or the error if it has no cause.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(reasonOf("error: Writing it\n\nCaused by:\n    No space\n"), "No space");
 * assert.equal(reasonOf("error: Module not found\n"), "Module not found");
 * ```
 *
 * @param stderr The standard error.
 * @returns One line.
 */
export function reasonOf(stderr: string): string {
  const lines = stderr.split("\n");
  const caused = lines.indexOf("Caused by:");
  const causes = lines.slice(caused + 1).filter((line) => line.startsWith("    "));
  const cause = caused < 0 ? undefined : causes.findLast((line) => !line.includes("<unknown>"));
  const error = lines.find((line) => line.startsWith("error: "))?.slice("error: ".length);
  return cause?.replace(/^ +(\d+: )?/, "") ?? error ?? "Deno says no reason";
}
