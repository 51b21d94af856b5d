/**
 * Makes text of others fit for one line: of a log, of a status, of an argument of a program, or of
 * a reason on a relation. All such text passes through here.
 *
 * @module
 */

/**
 * Length that a line of a log, a status or an argument of a hook tool has at most, in bytes of UTF-8.
 * Linux starts no program with an argument of 128 KiB, or with a NUL in one.
 */
export const MAXIMUM_LINE = 4096;

// Other, Line_Separator and Paragraph_Separator. Other is: control characters, format characters (such
// as those that turn the direction of text), lone surrogates, and what is private or not assigned.
const INVISIBLE_REGEXP = /[\p{C}\p{Zl}\p{Zp}]/gu;

const CUT = "...";
// For ", and 1000000000 more".
const REST = 32;

/** How a list is written. */
export interface ListOptions {
  /** What stands between two items. @default {", "} */
  readonly separator?: string;
  /** Number of all items, if more exist than are given. @default {that of the given items} */
  readonly count?: number;
}

/**
 * Escapes the characters that cannot be seen, and those that change how others are shown.
 *
 * @example A character that turns the direction of text
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(visible("we\u202eb\0"), String.raw`we\u202eb\u0000`);
 * assert.equal(visible("\u{e0041}"), String.raw`\u{e0041}`);
 * ```
 */
export function visible(text: string): string {
  return text.replaceAll(INVISIBLE_REGEXP, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}

/**
 * Writes text in one line: white space is one space, characters that cannot be seen are escaped, and
 * what is too long is cut. A line stays as it is.
 *
 * @example Words of LXD
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(line("Project\n  not found"), "Project not found");
 * assert.equal(line("Project not found", 10), "Project...");
 * ```
 *
 * @param maximum Length that it may have, in bytes of UTF-8. No character is split. @default {4096}
 */
export function line(text: string, maximum: number = MAXIMUM_LINE): string {
  const whole = visible(text.replaceAll(/\s+/g, " ").trim());
  if (byteLength(whole) <= maximum) return whole;
  const { read } = new TextEncoder().encodeInto(whole, new Uint8Array(maximum - CUT.length));
  return `${whole.slice(0, read)}${CUT}`;
}

/**
 * Writes a list in one line. Of a list that is too long it writes the first items, and how many more
 * exist.
 *
 * @example Too many projects
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(list(["db", "web"], 200), "db, web");
 * assert.equal(list(Array.from({ length: 9000 }, (_, n) => `p${n}`), 44), "p0, p1, p2, and 8997 more");
 * ```
 *
 * @param maximum Length that it may have, in bytes of UTF-8.
 */
export function list(
  items: readonly string[],
  maximum: number,
  { separator = ", ", count = items.length }: ListOptions = {},
): string {
  const lines = items.map((item) => line(item, maximum - REST));
  const whole = lines.join(separator);
  if (count === items.length && byteLength(whole) <= maximum) return whole;
  let bytes = REST;
  const end = lines.findIndex((text) => {
    bytes += byteLength(text) + separator.length;
    return bytes > maximum + separator.length;
  });
  const shown = end < 0 ? lines : lines.slice(0, end);
  return [...shown, `and ${count - shown.length} more`].join(separator);
}

/**
 * Measures a text.
 *
 * @example One letter of two bytes
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(byteLength("\u00fc"), 2);
 * ```
 *
 * @returns Its length in bytes of UTF-8.
 */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
