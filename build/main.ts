/**
 * `deno task build` and `deno task compile`: build the charm, or plain executables, of the project they are run in, and
 * say what was made.
 *
 * @module
 */

import { parseArguments } from "./arguments.ts";
import type * as Command from "./command.ts";
import { BuildError } from "./error.ts";

/**
 * Not imported as the rest: what it needs comes from npm, and where Deno cannot fetch that, it would stop before a line of
 * this module is run, with a page of its own.
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

/** What the sources or the system keep from being done; anything else is a bug of the build. */
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
