/**
 * The check that a file is Deno's runtime for an architecture.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type Arch, DENO_VERSION, TARGETS } from "./target.ts";

/** Size of the header of a 64-bit ELF file, in bytes. */
export const ELF_HEADER_SIZE = 64;

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const CLASS_64_LITTLE_ENDIAN = [2, 1];
const MACHINE_OFFSET = 18;
const LITTLE_ENDIAN = true;
/** The user agent of Deno, which every binary of that version contains. */
const USER_AGENT = `Deno/${DENO_VERSION}`;

/**
 * Checks that a file is Deno's runtime for an architecture.
 *
 * @param bytes The file.
 * @param arch The architecture.
 * @returns The defect of the file; undefined if it has none.
 */
export function defectOf(
  bytes: Uint8Array<ArrayBuffer>,
  arch: Arch,
): string | undefined {
  const isElf = [...MAGIC, ...CLASS_64_LITTLE_ENDIAN]
    .every((byte, index) => bytes[index] === byte);
  if (!isElf || bytes.length < ELF_HEADER_SIZE) return "it is no ELF file of 64 bits";
  const machine = new DataView(bytes.buffer, bytes.byteOffset)
    .getUint16(MACHINE_OFFSET, LITTLE_ENDIAN);
  if (machine !== TARGETS[arch].machine) return `it is not for ${arch}`;
  return hasVersion(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    ? undefined
    : `it is not of Deno ${DENO_VERSION}`;
}

function hasVersion(bytes: Buffer): boolean {
  let at = bytes.indexOf(USER_AGENT);
  // The version must not be the beginning of a longer number.
  while (at >= 0 && /\d/.test(String.fromCharCode(bytes[at + USER_AGENT.length] ?? 0))) {
    at = bytes.indexOf(USER_AGENT, at + 1);
  }
  return at >= 0;
}
