/**
 * The split of a compiled executable into Deno's runtime and the rest.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { ELF_HEADER_SIZE } from "./elf.ts";
import { BuildError } from "./error.ts";

/** The part of an executable that differs from the runtime. */
export interface Payload {
  /** ELF header of the executable, which replaces the header of the runtime. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Offset of the tail, in bytes. Zeros lie between the end of the runtime and this offset. */
  readonly start: number;
  /** All bytes from that offset. */
  readonly tail: Uint8Array<ArrayBuffer>;
}

/**
 * Splits an executable.
 *
 * @param executable The file that `deno compile` wrote.
 * @param denort The runtime that it was compiled with.
 * @param path Path of the executable in the charm, for the error.
 * @throws {BuildError} If `deno compile` changed more of the runtime than its ELF header.
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
