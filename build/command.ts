/**
 * The build's commands, and what they print.
 *
 * @module
 */

import type { Arguments } from "./arguments.ts";
import { build, type Built } from "./build.ts";
import { bundled } from "./bundled.ts";
import { checkDeno, chooseRuntime } from "./choose_runtime.ts";
import { compileExecutables } from "./plain.ts";
import { renderExecutables, renderReport } from "./report.ts";
import { StartError } from "./start.ts";
import { type Arch, hostArch } from "./target.ts";

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
  return renderReport(await buildCharm(root, { form, out, arch }));
}

/** Builds the charm; with the form `auto` bundled, where what is compiled does not start. */
async function buildCharm(
  root: string,
  { form, out, arch }: Pick<Arguments, "form" | "out"> & { readonly arch: Arch },
): Promise<Built> {
  const runtime = await chooseRuntime({ form, arch });
  try {
    return await build({ root, out, runtime });
  } catch (error) {
    if (form !== "auto" || !(error instanceof StartError)) throw error;
    const reason = `not compiled ${runtime.reason}: ${error.message}`;
    return await build({ root, out, runtime: bundled({ arch, reason }) });
  }
}
