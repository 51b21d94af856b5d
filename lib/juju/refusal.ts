/**
 * Recognizes refusals of Juju: hook tools that ran to their end and failed.
 *
 * After a removal by force, a relation can be neither read nor written, while its hooks still run and it
 * is still listed. Juju's texts for that differ from version to version, so no text is compared. A
 * refusal about one relation must not keep the others from being served.
 *
 * @module
 */
import { line } from "../requirer/line.ts";

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

// Juju's words are a part of a status.
const MAXIMUM_WORDS = 200;

/**
 * Quotes a hook tool in one short line.
 *
 * @example Words of secret-get
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(quoteWords("ERROR permission\n denied\n"), "permission denied");
 * ```
 *
 * @param stderr Standard error of the tool.
 * @returns At most 200 bytes of UTF-8.
 */
export function quoteWords(stderr: string): string {
  return line(stderr.trim().replace(/^ERROR /, ""), MAXIMUM_WORDS);
}
