/**
 * Runs programs to their end.
 *
 * @module
 */

/** How a program ended. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** Its standard output. */
  readonly out: string;
  /** Its standard error. */
  readonly err: string;
}

/** How a program is run. */
export interface RunOptions {
  /** Its working directory. */
  readonly cwd?: string;
  /** Its variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it has only those. @default {false} */
  readonly clearEnv?: boolean;
  /** Its standard input. @default {""} */
  readonly stdin?: string;
}

/**
 * Runs a program.
 *
 * @param command Its path or name, and its arguments.
 * @param options How it is run.
 * @returns How it ended.
 */
export async function run(
  [program, ...args]: readonly [string, ...string[]],
  { stdin = "", cwd, env, clearEnv = false }: RunOptions = {},
): Promise<Ended> {
  const process = new Deno.Command(program, {
    args,
    clearEnv,
    ...(cwd !== undefined && { cwd }),
    ...(env && { env: { ...env } }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  // A program may end without reading all, or any of it.
  const written = writer.write(new TextEncoder().encode(stdin)).then(() => writer.close())
    .catch(() => {});
  const { code, stdout, stderr } = await process.output();
  await written;
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
