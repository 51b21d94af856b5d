/**
 * Compiles bundled executables with `deno compile`. The same code gives the same bytes.
 *
 * @module
 */

import { runDeno } from "./deno.ts";
import { BuildError } from "./error.ts";
import { inParallel } from "./in_parallel.ts";
import { type BundledExecutable, DENO_FLAGS } from "./runtime.ts";
import { type Arch, TARGETS } from "./target.ts";

/** Executables, and the runtime to compile them with. */
export interface CompileOptions {
  /** The executables. */
  readonly executables: readonly BundledExecutable[];
  /** The runtime. */
  readonly denort: Uint8Array<ArrayBuffer>;
  /** Architecture of the runtime. */
  readonly arch: Arch;
}

/** Time of each compiled file, which `deno compile` embeds. */
const FILE_TIME = new Date("1980-01-01T00:00:00Z");

/**
 * Compiles each executable on its own, with its own permissions.
 *
 * @param options Executables, and the runtime to compile them with.
 * @param use Reads the compiled file, which is removed afterwards.
 * @returns The results of `use`, in the order of the executables.
 * @throws {BuildError} If `deno compile` fails.
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
      // `deno compile` embeds the names of both files.
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
