/**
 * The tables of codes in `docs/interface-lxd.md`, from `lib/requirer/codes.ts`.
 *
 * @module
 */

import { PROVIDER_ERROR_CODES, REJECTION_CODES, type Words } from "../lib/requirer/codes.ts";
import { renderTable, writeBlocks } from "./blocks.ts";

/**
 * Writes the tables into a document, as the blocks `codes of rejections` and `codes of errors`.
 *
 * @returns The document, not formatted.
 * @throws {RangeError} If it has no place for a table.
 */
export function writeCodes(document: string): string {
  return writeBlocks(document, {
    "codes of rejections": tableOf(REJECTION_CODES),
    "codes of errors": tableOf(PROVIDER_ERROR_CODES),
  });
}

function tableOf(codes: Readonly<Record<string, Words>>): string {
  const rows = Object.entries(codes).map(([code, { meaning, remedy }]) => [
    `\`${code}\``,
    meaning,
    remedy,
  ]);
  return renderTable({ header: ["Code", "Meaning", "Remedy"], rows });
}

if (import.meta.main) {
  const url = new URL("../docs/interface-lxd.md", import.meta.url);
  await Deno.writeTextFile(url, writeCodes(await Deno.readTextFile(url)));
}
