/**
 * The parts of documents that are generated: each stands between a comment that names it and the next
 * `<!-- end -->`.
 *
 * @module
 */

/**
 * Writes blocks into a document, each in place of what stands there.
 *
 * @example One block
 * ```ts
 * import assert from "node:assert/strict";
 * const document = "Codes:\n\n<!-- codes -->\n\nold\n\n<!-- end -->\n";
 * assert.equal(
 *   writeBlocks(document, { codes: "new" }),
 *   "Codes:\n\n<!-- codes -->\n\nnew\n\n<!-- end -->\n",
 * );
 * ```
 *
 * @param blocks The content by name.
 * @returns The document, not formatted.
 * @throws {RangeError} If it has no place for a block.
 */
export function writeBlocks(document: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, content]) => {
    const place = new RegExp(`(<!-- ${RegExp.escape(name)} -->\n)[^]*?(<!-- end -->)`);
    if (!place.test(text)) throw new RangeError(`Cannot write ${name}: no place for it`);
    return text.replace(place, (_all, begin, end) => `${begin}\n${content.trim()}\n\n${end}`);
  }, document);
}

/**
 * Names the blocks of a document.
 *
 * @example One block
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(blocksOf("<!-- option projects -->\n\nold\n\n<!-- end -->\n"), ["option projects"]);
 * ```
 */
export function blocksOf(document: string): readonly string[] {
  return Array.from(document.matchAll(/^<!-- (.+) -->$/gm), ([, name = ""]) => name)
    .filter((name) => name !== "end");
}

/** A table in Markdown. */
export interface Table {
  /** The cells of the header row. */
  readonly header: readonly string[];
  /** The cells of each row below it, in Markdown. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Renders a table, not aligned: `deno fmt` aligns it.
 *
 * @example A bar in a cell
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(
 *   renderTable({ header: ["Code", "Meaning"], rows: [["`a`", "b | c"]] }),
 *   "| Code | Meaning |\n| --- | --- |\n| `a` | b \\| c |\n",
 * );
 * ```
 */
export function renderTable({ header, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [header, header.map(() => "---"), ...rows].map(line).join("");
}
