/**
 * The build's commands, and what they print.
 *
 * @module
 */

import type { Arguments } from "./arguments.ts";
import { build } from "./build.ts";
import { checkDeno, chooseRuntime, hostArch } from "./choose_runtime.ts";
import { compileExecutables } from "./plain.ts";
import { renderExecutables, renderReport } from "./report.ts";

/**
 * Runs a command in a project.
 *
 * @param root The project's root.
 * @param args What is asked for.
 * @returns What to print.
 * @throws {BuildError} If it cannot be done.
 */
export async function run(root: string, args: Arguments): Promise<string> {
  checkDeno(Deno.version.deno);
  const { command, form, out, arch = hostArch() } = args;
  if (command === "compile") {
    return renderExecutables(await compileExecutables({ root, out, arch }));
  }
  return renderReport(await build({ root, out, runtime: await chooseRuntime({ form, arch }) }));
}
