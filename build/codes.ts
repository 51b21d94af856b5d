/**
 * The tables of codes in `docs/interface-lxd.md`, from `lib/requirer/codes.ts`.
 *
 * @module
 */

import { PROVIDER_ERROR_CODES, REJECTION_CODES, type Words } from "../lib/requirer/codes.ts";

const TABLES = { rejections: REJECTION_CODES, errors: PROVIDER_ERROR_CODES };

/**
 * Writes the tables into a document, each in place of what stands between `<!-- codes of rejections -->`
 * or `<!-- codes of errors -->` and the next `<!-- end -->`.
 *
 * @returns The document, not formatted.
 * @throws {RangeError} If it has no place for a table.
 */
export function writeCodes(document: string): string {
  return Object.entries(TABLES).reduce((text, [name, codes]) => {
    const place = new RegExp(`(<!-- codes of ${name} -->\n)[^]*?(<!-- end -->)`);
    if (!place.test(text)) {
      throw new RangeError(`Cannot write the codes of ${name}: no place for them`);
    }
    return text.replace(place, (_all, begin, end) => `${begin}\n${tableOf(codes)}\n${end}`);
  }, document);
}

function tableOf(codes: Readonly<Record<string, Words>>): string {
  const rows = Object.entries(codes).map(([code, { meaning, remedy }]) =>
    `| \`${code}\` | ${meaning} | ${remedy} |\n`
  );
  return `| Code | Meaning | Remedy |\n| --- | --- | --- |\n${rows.join("")}`;
}

if (import.meta.main) {
  const url = new URL("../docs/interface-lxd.md", import.meta.url);
  await Deno.writeTextFile(url, writeCodes(await Deno.readTextFile(url)));
}
