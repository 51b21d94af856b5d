/**
 * `deno task schema`: the generated parts of the reference pages, from the code that they describe.
 *
 * @module
 */

import { writeBlocks } from "./blocks.ts";
import { readCharmcraft } from "./project.ts";
import { renderLimitBlocks } from "./reference_limits.ts";
import { renderOptionBlocks } from "./reference_options.ts";
import { renderStatusBlocks } from "./reference_statuses.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/**
 * Writes the generated parts into the reference pages.
 *
 * @returns The pages by path, as they are and as they should be, not formatted.
 * @throws {RangeError} If a page has no place for a part, such as a new option.
 */
export async function writeReference(): Promise<readonly Page[]> {
  const blocks = {
    "docs/reference-limits.md": renderLimitBlocks(),
    "docs/reference-options.md": renderOptionBlocks(await readCharmcraft(ROOT)),
    "docs/reference-statuses.md": renderStatusBlocks(),
  };
  return await Promise.all(
    Object.entries(blocks).map(async ([path, content]) => {
      const text = await Deno.readTextFile(`${ROOT}${path}`);
      return { path, text, written: writeBlocks(text, content), blocks: Object.keys(content) };
    }),
  );
}

/** A reference page. */
export interface Page {
  /** Path in the project. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
  /** Its text with the generated parts as they should be, not formatted. */
  readonly written: string;
  /** Names of the generated parts. */
  readonly blocks: readonly string[];
}

if (import.meta.main) {
  for (const { path, written } of await writeReference()) {
    await Deno.writeTextFile(`${ROOT}${path}`, written);
  }
}
