/**
 * Compiles bundled executables with `deno compile`, so that the same code gives the same bytes.
 *
 * @module
 */

import { runDeno } from "./deno.ts";
import { BuildError } from "./error.ts";
import { inParallel } from "./in_parallel.ts";
import { type BundledExecutable, DENO_FLAGS } from "./runtime.ts";
import { type Arch, TARGETS } from "./target.ts";

/** What is compiled, and for what. */
export interface CompileOptions {
  /** The executables. */
  readonly executables: readonly BundledExecutable[];
  /** The runtime. */
  readonly denort: Uint8Array<ArrayBuffer>;
  /** Architecture of the runtime. */
  readonly arch: Arch;
}

/** `deno compile` embeds the time of the file that it compiles. */
const FILE_TIME = new Date("1980-01-01T00:00:00Z");

/**
 * Compiles each executable on its own, with its own permissions.
 *
 * @param options What is compiled, and for what.
 * @param use Takes the file that was written; it is removed afterwards.
 * @returns What `use` makes of them, in the order of the executables.
 * @throws {BuildError} If one cannot be compiled.
 */
export async function compileEach<T>(
  { executables, denort, arch }: CompileOptions,
  use: (executable: BundledExecutable, file: string) => Promise<T>,
): Promise<readonly T[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/denort`, denort);
    return await inParallel(executables, async (executable) => {
      const { path, name, code, permissions } = executable;
      // Embedded as well: the names of both files.
      const source = `${folder}/source/${name}/${name}.js`;
      const file = `${folder}/${name}`;
      await Deno.mkdir(`${folder}/source/${name}`, { recursive: true });
      await Deno.writeFile(source, code);
      await Deno.utime(source, FILE_TIME, FILE_TIME);
      const target = ["--target", TARGETS[arch].triple, "--output", file];
      const { success, reason } = await runDeno(
        ["compile", ...DENO_FLAGS, ...permissions, ...target, source],
        { cwd: folder, env: { DENORT_BIN: `${folder}/denort`, DENO_NO_PACKAGE_JSON: "1" } },
      );
      if (!success) throw new BuildError(`Cannot compile ${path}: ${reason}`);
      const result = await use(executable, file);
      await Deno.remove(file);
      return result;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
