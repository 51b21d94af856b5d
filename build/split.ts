/**
 * Splits what `deno compile` writes into Deno's runtime and the rest.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { ELF_HEADER_SIZE } from "./elf.ts";
import { BuildError } from "./error.ts";

/** An executable without the runtime, that it has in common with all others. */
export interface Payload {
  /** Its own ELF header, in place of the runtime's. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Where its tail begins, in bytes; from the runtime's end to there are zeros. */
  readonly start: number;
  /** What follows. */
  readonly tail: Uint8Array<ArrayBuffer>;
}

/**
 * Splits an executable.
 *
 * @param executable What `deno compile` wrote.
 * @param denort The runtime that it was compiled with.
 * @param path Path of the executable in the charm, for the error.
 * @returns What is the executable's own.
 * @throws {BuildError} If more of the runtime was changed than its ELF header.
 */
export function split(
  executable: Uint8Array<ArrayBuffer>,
  denort: Uint8Array<ArrayBuffer>,
  path: string,
): Payload {
  const size = denort.length;
  const [ours, theirs] = [denort, executable].map(({ buffer, byteOffset }) =>
    Buffer.from(buffer, byteOffset).subarray(ELF_HEADER_SIZE, size)
  );
  if (executable.length <= size || !ours || !theirs?.equals(ours)) {
    throw new BuildError(
      `Cannot split ${path}: deno compile changed more of denort than its first ${ELF_HEADER_SIZE} bytes`,
    );
  }
  const padding = executable.subarray(size).findIndex((byte) => byte !== 0);
  const start = size + Math.max(padding, 0);
  return {
    header: executable.slice(0, ELF_HEADER_SIZE),
    start,
    tail: executable.slice(start),
  };
}
