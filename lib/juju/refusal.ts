/**
 * Recognizes refusals of Juju: hook tools that ran to their end and failed.
 *
 * After a removal by force, a relation can be neither read nor written, while its hooks still run and it
 * is still listed. Juju's texts for that differ from version to version, so no text is compared. A
 * refusal about one relation must not keep the others from being served.
 *
 * @module
 */

/** Says whether an error is a refusal of Juju. A killed hook tool has refused nothing. */
export function isRefusal(error: unknown): error is Error & { readonly stderr: string } {
  return error instanceof Error && error.name === "HookToolError" &&
    (error as Error & { readonly signal?: string }).signal === undefined;
}

/**
 * Waits for work that Juju may refuse.
 *
 * @example Work that Juju does not refuse
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(await unlessRefused(Promise.resolve(1)), 1);
 * await assert.rejects(unlessRefused(Promise.reject(new Error("a bug"))));
 * ```
 *
 * @returns The result, or undefined if a hook tool refused it.
 */
export async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

const MAXIMUM_LENGTH = 200;
// With line breaks: a status, and an entry of the log, is one line.
const CONTROLS_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

/**
 * Quotes a hook tool in one short line without control characters.
 *
 * @example Words of secret-get
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(quoteWords("ERROR permission\x1b[31m denied\n"), "permission [31m denied");
 * ```
 *
 * @param stderr Standard error of the tool.
 * @returns At most 200 characters.
 */
export function quoteWords(stderr: string): string {
  const line = stderr.toWellFormed().replaceAll(CONTROLS_REGEXP, " ").trim()
    .replace(/^ERROR /, "");
  const characters = [...line];
  return characters.length <= MAXIMUM_LENGTH
    ? line
    : `${characters.slice(0, MAXIMUM_LENGTH - 3).join("")}...`;
}
