/**
 * Runs Deno's own commands.
 *
 * @module
 */

/** How a command of Deno ended. */
export interface DenoResult {
  /** Whether it ended well. */
  readonly success: boolean;
  /** What it printed. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** Why it did not end well, in one line. */
  readonly reason: string;
}

/** What a command of Deno is run in. */
export interface DenoOptions {
  /** Its working directory. */
  readonly cwd: string;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Runs the Deno that runs this, in plain text.
 *
 * @param args Its arguments.
 * @param options What it is run in.
 * @returns How it ended.
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
 * Finds the reason in what Deno prints when it fails: the innermost cause, or else the error itself.
 *
 * @param stderr What Deno printed.
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
