/**
 * Plain executables, as `deno compile` writes them, each with its own runtime.
 *
 * @module
 */

import { compileEach } from "./compile.ts";
import { findDenort } from "./denort.ts";
import { BuildError } from "./error.ts";
import { readSources } from "./sources.ts";
import type { Arch } from "./target.ts";
import { writeWhole } from "./write_whole.ts";

/** Input and output of `deno task compile`. */
export interface CompileExecutablesOptions {
  /** The project's root. */
  readonly root: string;
  /** Folder for `hooks/` and `actions/`. */
  readonly out: string;
  /** Architecture of the executables. */
  readonly arch: Arch;
}

/** A plain executable. */
export interface PlainExecutable {
  /** Path. */
  readonly path: string;
  /** Size, in bytes. */
  readonly size: number;
}

/**
 * Compiles all executables to `hooks/` and `actions/`.
 *
 * @throws {BuildError} If there is no `denort`, or if `deno compile` fails.
 */
export async function compileExecutables(
  { root, out, arch }: CompileExecutablesOptions,
): Promise<readonly PlainExecutable[]> {
  const { executables } = await readSources(root);
  const denort = await findDenort(arch);
  if (denort.kind === "missing") throw new BuildError(`Cannot compile: ${denort.why}`);
  return await compileEach(
    { executables, denort: denort.bytes, arch },
    async (executable, file) => {
      const path = `${out}/${executable.path}`;
      const bytes = await Deno.readFile(file);
      await writeWhole([{ path, bytes, mode: 0o755 }]);
      return { path, size: bytes.length };
    },
  );
}
