/**
 * The commands of the build, and their output.
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
 * @param args The command with its options.
 * @returns The output of the command.
 * @throws {BuildError} If the command fails.
 */
export async function run(root: string, args: Arguments): Promise<string> {
  checkDeno(Deno.version.deno);
  const { command, form, out, arch = hostArch() } = args;
  if (command === "compile") {
    return renderExecutables(await compileExecutables({ root, out, arch }));
  }
  return renderReport(await buildCharm(root, { form, out, arch }));
}

/** Builds the charm. With the form `auto` it is bundled if its compiled executables do not start. */
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
