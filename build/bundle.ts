/**
 * Bundles one entry file with all that it imports.
 *
 * @module
 */

import { runDeno } from "./deno.ts";
import { BuildError } from "./error.ts";

const NEWLINE = "\n".charCodeAt(0);

let first: Promise<unknown> | undefined;

/**
 * Bundles an entry file alone, minified.
 *
 * @param source Entry file below the root.
 * @param root The project's root, whose `deno.json` and `deno.lock` say what the imports are.
 * @returns The JavaScript module.
 * @throws {BuildError} If it cannot be bundled.
 */
export async function bundle(
  source: string,
  root: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // Deno unpacks its bundler when it is used for the first time, and fails where two do so at once.
  const work = () => run(source, root);
  if (first) return await first.then(work, work);
  const bundled = first = work();
  return await bundled;
}

async function run(source: string, root: string): Promise<Uint8Array<ArrayBuffer>> {
  // Deno.bundle() would do, but only behind a flag of the process that builds, tests included.
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
