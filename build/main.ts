/**
 * `deno task build` and `deno task compile`: build the charm, or plain executables, of the project in the working
 * directory, and print a table of the result.
 *
 * @module
 */

import { parseArguments } from "./arguments.ts";
import type * as Command from "./command.ts";
import { BuildError } from "./error.ts";

/**
 * The module with the commands. It is imported late, because it needs packages of npm: if Deno cannot fetch them for a
 * static import, it stops before this module runs, and prints a long text of its own.
 */
const COMMAND = new URL("command.ts", import.meta.url).href;

/**
 * Runs a command of the build.
 *
 * @param args Arguments of the command line.
 * @returns Exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const parsed = parseArguments(args);
    const { run } = await fetchCommand();
    await write(Deno.stdout, await run(Deno.cwd(), parsed));
    return 0;
  } catch (error) {
    const problem = describe(error);
    if (problem === undefined) throw error;
    await write(Deno.stderr, `${problem}\n`);
    return 1;
  }
}

async function fetchCommand(): Promise<typeof Command> {
  try {
    return await import(COMMAND);
  } catch (cause) {
    const { message } = cause as Error;
    throw new BuildError(`Cannot fetch what the build needs: ${message.split("\n")[0]}`, { cause });
  }
}

/** Describes a problem of the sources or of the system. Any other error is a bug of the build. */
function describe(error: unknown): string | undefined {
  if (error instanceof BuildError) return error.message;
  const isOfSystem = error instanceof Error && "code" in error && /^E[A-Z]+$/.test(`${error.code}`);
  return isOfSystem ? `Cannot build: ${error.message}` : undefined;
}

async function write(
  { writable }: { readonly writable: WritableStream<Uint8Array> },
  text: string,
): Promise<void> {
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.releaseLock();
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
