/**
 * A file of a charm, before it is packed.
 *
 * @module
 */

const ENCODER = new TextEncoder();

/** A file of a charm. */
export interface CharmFile {
  /** Path below the charm's directory. */
  readonly path: string;
  /** A program has mode 0755, data has mode 0644. */
  readonly kind: "program" | "data";
  /** Content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Creates a file with mode 0644.
 *
 * @param path Path below the charm's directory.
 * @param content Text or bytes.
 */
export function data(
  path: string,
  content: string | Uint8Array<ArrayBuffer>,
): CharmFile {
  return { path, kind: "data", bytes: encode(content) };
}

/**
 * Creates a file with mode 0755.
 *
 * @param path Path below the charm's directory.
 * @param content Text or bytes.
 */
export function program(
  path: string,
  content: string | Uint8Array<ArrayBuffer>,
): CharmFile {
  return { path, kind: "program", bytes: encode(content) };
}

function encode(
  content: string | Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? ENCODER.encode(content) : content;
}
