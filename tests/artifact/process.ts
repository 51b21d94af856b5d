/**
 * Runs programs to their end.
 *
 * @module
 */

/** Result of a program. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** Its standard output. */
  readonly out: string;
  /** Its standard error. */
  readonly err: string;
}

/** Options of a program. */
export interface RunOptions {
  /** Its working directory. */
  readonly cwd?: string;
  /** Its variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it has only these variables. @default {false} */
  readonly clearEnv?: boolean;
  /** Its standard input. @default {""} */
  readonly stdin?: string;
}

/**
 * Runs a program.
 *
 * @param command Path or name of the program, and its arguments.
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
  // A program may end before it has read everything.
  const written = writer.write(new TextEncoder().encode(stdin)).then(() => writer.close())
    .catch(() => {});
  const { code, stdout, stderr } = await process.output();
  await written;
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
