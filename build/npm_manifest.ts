/**
 * The manifest `package.json` in a tarball for npm.
 *
 * @module
 */

import { BuildError } from "./error.ts";

const BLOCK_SIZE = 512;
const NAME = { start: 0, end: 100 };
const SIZE = { start: 124, end: 136 };
const CHECKSUM = { start: 148, end: 156 };
const MANIFEST = "package/package.json";

/**
 * Adds fields to the manifest, which `deno pack` writes as the tarball's first file.
 *
 * @param tarball The tarball, compressed with gzip.
 * @param fields Fields of `package.json`.
 * @returns The tarball with them. The same input gives the same bytes.
 * @throws {BuildError} If the first file is not the manifest.
 */
export async function addToManifest(
  tarball: Uint8Array<ArrayBuffer>,
  fields: Readonly<Record<string, unknown>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const tar = await pipe(tarball, new DecompressionStream("gzip"));
  const header = tar.slice(0, BLOCK_SIZE);
  const name = read(header, NAME);
  if (name !== MANIFEST) {
    throw new BuildError(`Cannot pack the library: its first file is ${name}, not ${MANIFEST}`);
  }
  const size = Number.parseInt(read(header, SIZE), 8);
  const manifest = new TextDecoder().decode(tar.slice(BLOCK_SIZE, BLOCK_SIZE + size));
  const text = JSON.stringify({ ...JSON.parse(manifest), ...fields }, null, 2);
  const content = new TextEncoder().encode(text);
  return await pipe(
    new Blob([
      resize(header, content.length),
      content,
      new Uint8Array(paddingOf(content.length)),
      tar.slice(BLOCK_SIZE + size + paddingOf(size)),
    ]),
    new CompressionStream("gzip"),
  );
}

/** Copies the header of a file with another size of the file. */
function resize(header: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const resized = header.slice();
  const write = (text: string, { start }: typeof SIZE) =>
    resized.set(new TextEncoder().encode(text), start);
  write(`${size.toString(8).padStart(11, "0")}\0`, SIZE);
  // The checksum is that of a header with spaces in its own place.
  write(" ".repeat(CHECKSUM.end - CHECKSUM.start), CHECKSUM);
  const sum = resized.reduce((total, byte) => total + byte, 0);
  write(`${sum.toString(8).padStart(6, "0")}\0 `, CHECKSUM);
  return resized;
}

function read(header: Uint8Array<ArrayBuffer>, { start, end }: typeof NAME): string {
  return new TextDecoder().decode(header.subarray(start, end)).replace(/\0.*$/s, "");
}

/** Each file is followed by zeros up to the end of a block. */
function paddingOf(size: number): number {
  return (BLOCK_SIZE - size % BLOCK_SIZE) % BLOCK_SIZE;
}

async function pipe(
  bytes: Uint8Array<ArrayBuffer> | Blob,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(transform)).bytes();
}
