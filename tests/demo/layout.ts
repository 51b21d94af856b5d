/**
 * Fits text and tables into the width of a terminal.
 *
 * @module
 */

/** A table: the cells of each row. */
export type Rows = readonly (readonly string[])[];

/** Width that a column of a table keeps, however narrow the terminal is. */
const NARROWEST = 8;
const GAP = "  ";
/** Where a line may end, and the share of its width that it must have then. The best comes first. */
const ENDS = [
  // The sign of a comment stays with its text.
  { regexp: /(?<!#)(?= )/g, share: 1 / 3 },
  { regexp: /(?<=[,:;@/-])/g, share: 1 / 2 },
] as const;

/**
 * Breaks a text into lines. A line ends at a space, or behind punctuation, unless it would be short.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(wrap("grant with: juju trust", 12), ["grant with:", "juju trust"]);
 * assert.deepEqual(wrap("0123456789", 4), ["0123", "4567", "89"]);
 * ```
 *
 * @param text The text, without line ends.
 * @param width Number of columns; at least one.
 * @returns The lines, at least one.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const end = endOf(rest, width);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function endOf(text: string, width: number): number {
  const start = text.slice(0, width + 1);
  for (const { regexp, share } of ENDS) {
    const end = start.matchAll(regexp).map(({ index }) => index).toArray()
      .findLast((index) => index >= width * share && index <= width);
    if (end) return end;
  }
  return width;
}

/**
 * Aligns the columns of a table, and breaks cells if the table is too wide: those of the widest
 * column first.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const rows = [["NAME", "STATE"], ["one two three", "up"]];
 * assert.deepEqual(align(rows, 15), [
 *   [["NAME    ", "STATE"]],
 *   [["one two ", "up   "], ["three   ", "     "]],
 * ]);
 * ```
 *
 * @param rows The rows. All have as many cells as the first.
 * @param width Number of columns of the terminal; undefined without a terminal.
 * @returns The lines of each row. All cells of a column have the same width.
 */
export function align(rows: Rows, width: number | undefined): readonly Rows[] {
  const widths = shrink(
    (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))),
    width,
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => wrap(cell, widths[column] ?? cell.length));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from(
      { length: height },
      (_, line) => cells.map((lines, column) => (lines[line] ?? "").padEnd(widths[column] ?? 0)),
    );
  });
}

/** Joins the cells of a line. */
export function join(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}

function shrink(natural: readonly number[], width = Infinity): readonly number[] {
  const widths = [...natural];
  const used = () => widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1));
  while (used() > width) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = Math.max(NARROWEST, widest - (used() - width));
  }
  return widths.map((one) => Math.max(1, one));
}
