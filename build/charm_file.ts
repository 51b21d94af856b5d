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
  /** Whether it can be executed: mode 0755, else 0644. */
  readonly kind: "program" | "data";
  /** Its content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Makes a file that is read.
 *
 * @param path Path below the charm's directory.
 * @param content Its content.
 * @returns The file.
 */
export function data(
  path: string,
  content: string | Uint8Array<ArrayBuffer>,
): CharmFile {
  return { path, kind: "data", bytes: encode(content) };
}

/**
 * Makes a file that is executed.
 *
 * @param path Path below the charm's directory.
 * @param content Its content.
 * @returns The file.
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
