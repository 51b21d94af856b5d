/**
 * Reads the fenced blocks of a document.
 *
 * @module
 */

/** A fenced block. */
export interface Fence {
  /** The heading above it, without the number signs. */
  readonly heading: string;
  /** The words behind the fence: the language, and remarks. */
  readonly info: readonly string[];
  /** Its content. Each line ends in a newline. */
  readonly code: string;
}

const PART = /^(?:#{1,6} +(?<heading>.+)|(?<indent> *)```(?<info>.+)\n(?<code>[^]*?)^ *```)$/gm;

/**
 * Reads the fenced blocks of a document, in order. An indented block, as in a list, loses its indentation.
 *
 * @example A block with a remark
 * ```ts
 * import assert from "node:assert/strict";
 * const marks = "`".repeat(3);
 * const text = `# Title\n\n  ${marks}sh not-run\n  juju status\n  ${marks}\n`;
 * assert.deepEqual(fences(text), [
 *   { heading: "Title", info: ["sh", "not-run"], code: "juju status\n" },
 * ]);
 * ```
 */
export function fences(text: string): readonly Fence[] {
  let heading = "";
  const found: Fence[] = [];
  for (const { groups } of text.matchAll(PART)) {
    const { indent = "", info, code = "" } = groups ?? {};
    heading = groups?.["heading"] ?? heading;
    if (info === undefined) continue;
    const lines = code.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    found.push({ heading, info: info.trim().split(/ +/), code: lines });
  }
  return found;
}
