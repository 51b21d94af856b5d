/**
 * Bundles one entry file with all that it imports.
 *
 * @module
 */

import { BuildError } from "./error.ts";

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
  const command = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", "--minify", source],
    cwd: root,
    env: { NO_COLOR: "1" },
  });
  const { success, stdout, stderr } = await command.output();
  if (success) return stdout;
  throw new BuildError(`Cannot bundle ${source}: ${reason(stderr)}`);
}

function reason(stderr: Uint8Array): string {
  const lines = new TextDecoder().decode(stderr).split("\n");
  const line = lines.find((line) => line.startsWith("error: "));
  return line?.slice("error: ".length) ?? "deno bundle says no reason";
}
