/**
 * Bundles an entry file with its imports.
 *
 * @module
 */

import { runDeno } from "./deno.ts";
import { BuildError } from "./error.ts";

const NEWLINE = "\n".charCodeAt(0);

let first: Promise<unknown> | undefined;

/**
 * Bundles an entry file with its imports to one minified module.
 *
 * @param source Path of the entry file below the root.
 * @param root The project's root. Its `deno.json` and `deno.lock` define the imports.
 * @returns The JavaScript module.
 * @throws {BuildError} If `deno bundle` fails.
 */
export async function bundle(
  source: string,
  root: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // Deno unpacks its bundler on first use, and fails if two processes do so at the same time.
  const work = () => run(source, root);
  if (first) return await first.then(work, work);
  const bundled = first = work();
  return await bundled;
}

async function run(source: string, root: string): Promise<Uint8Array<ArrayBuffer>> {
  // Deno.bundle() needs a flag of the process that builds, and so of every test.
  const args = ["bundle", "--quiet", "--platform=deno", "--minify", source];
  const { success, stdout, reason } = await runDeno(args, { cwd: root });
  if (success) return withoutFirstLine(stdout);
  throw new BuildError(`Cannot bundle ${source}: ${reason}`);
}

/** Removes the line `#!...`. It names a permission set of `deno.json`, which is not in the charm. */
function withoutFirstLine(code: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const start = new TextDecoder().decode(code.subarray(0, 2));
  return start === "#!" ? code.slice(code.indexOf(NEWLINE) + 1) : code;
}
