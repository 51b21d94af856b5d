/**
 * Reads the parts of Markdown documents that tests compare with the repository.
 *
 * @module
 */

/** A table of a document. Cells hold Markdown, without the spaces around it. */
export interface Table {
  /** The cells of the header row. */
  readonly header: readonly string[];
  /** The cells of each row below it. */
  readonly rows: readonly (readonly string[])[];
}

const FENCE = /^ *```(\w*)[^\n]*\n([^]*?)^ *```$/gm;
const SPAN = /`([^`\n]+)`/g;

/**
 * Reads the targets of inline links and images.
 *
 * @example A link, and text that only looks like one
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(links("See [a](one.md#b), not `[c](d)`."), ["one.md#b"]);
 * ```
 *
 * @param text A document.
 * @returns The targets, in order, as they are written.
 */
export function links(text: string): string[] {
  const prose = text.replaceAll(FENCE, "").replaceAll(SPAN, "");
  return Array.from(prose.matchAll(/\]\(([^()\s]+)\)/g), ([, target = ""]) => target);
}

/**
 * Reads the anchors of headings, as GitHub derives them.
 *
 * @example Two headings with the same text
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(anchors("# What `lxc` says\n\n## More\n\n## More\n"), [
 *   "what-lxc-says",
 *   "more",
 *   "more-1",
 * ]);
 * ```
 *
 * @param text A document.
 * @returns The anchors, in order.
 */
export function anchors(text: string): string[] {
  const count = new Map<string, number>();
  const headings = text.replaceAll(FENCE, "").matchAll(/^#{1,6} +(.+?) *#*$/gm);
  return Array.from(headings, ([, heading = ""]) => {
    const anchor = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    const before = count.get(anchor) ?? 0;
    count.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/**
 * Reads the code in a text: the code spans, and the blocks of shell commands.
 *
 * @example Two spans
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(code("Run `a` before `b c`."), ["a", "b c"]);
 * ```
 *
 * @param text A document, or a part of one.
 * @returns The code of the spans, then of the blocks.
 */
export function code(text: string): string[] {
  const spans = text.replaceAll(FENCE, "").matchAll(SPAN);
  const blocks = Array.from(text.matchAll(FENCE)).filter(([, language]) => language === "shell");
  return [
    ...Array.from(spans, ([, span = ""]) => span),
    ...blocks.map(([, , block = ""]) => block),
  ];
}

/**
 * Reads the tables.
 *
 * @example A table of one row
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(tables("| a | b |\n| - | - |\n| 1 | 2 |\n"), [
 *   { header: ["a", "b"], rows: [["1", "2"]] },
 * ]);
 * ```
 *
 * @param text A document.
 * @returns The tables, in order.
 */
export function tables(text: string): Table[] {
  const found = text.replaceAll(FENCE, "").matchAll(/^(\|.*)\n\|[ :|-]+\|\n((?:\|.*(?:\n|$))*)/gm);
  return Array.from(found, ([, header = "", rows = ""]) => ({
    header: cells(header),
    rows: rows.split("\n").filter(Boolean).map(cells),
  }));
}

/**
 * Takes the alignment and the line ends out of a text. The formatter decides both.
 *
 * @example A table, and a broken line
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(plain("| a  |\n| -- |\n\none\n  two\n"), "| a | | -- | one two ");
 * ```
 */
export function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/-{3,}/g, "---");
}

function cells(row: string): string[] {
  return row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim().replaceAll("\\|", "|"));
}
