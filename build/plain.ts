/**
 * Writes the executables as `deno compile` makes them, each with a runtime of its own.
 *
 * @module
 */

import { compileEach } from "./compile.ts";
import { findDenort } from "./denort.ts";
import { BuildError } from "./error.ts";
import { readSources } from "./sources.ts";
import type { Arch } from "./target.ts";
import { writeWhole } from "./write_whole.ts";

/** What to compile, and where to. */
export interface CompileExecutablesOptions {
  /** The project's root. */
  readonly root: string;
  /** Folder for `hooks/` and `actions/`. */
  readonly out: string;
  /** Architecture that they run on. */
  readonly arch: Arch;
}

/** An executable. */
export interface PlainExecutable {
  /** Its path. */
  readonly path: string;
  /** Its size, in bytes. */
  readonly size: number;
}

/**
 * Compiles all executables to `hooks/` and `actions/`.
 *
 * @param options What to compile, and where to.
 * @returns The executables.
 * @throws {BuildError} If they cannot be compiled.
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
