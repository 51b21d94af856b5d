/**
 * `deno task build [--out <folder>]`: builds the charm of the project it is run in, and says what is in it.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { BuildError } from "./error.ts";
import { renderReport } from "./report.ts";

/**
 * Runs the build.
 *
 * @param args Arguments of the command line.
 * @returns Exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const out = parseOut(args);
    await write(
      Deno.stdout,
      renderReport(await build({ root: Deno.cwd(), out })),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    await write(Deno.stderr, `${error.message}\n`);
    return 1;
  }
}

function parseOut(args: readonly string[]): string {
  const out = { type: "string", default: "dist" } as const;
  try {
    return parseArgs({ args: [...args], options: { out } }).values.out;
  } catch (cause) {
    throw new BuildError("Cannot read the arguments: only --out <folder>", {
      cause,
    });
  }
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
