/**
 * What Juju refuses: a hook tool that ran to its end and failed.
 *
 * A relation that was removed by force can no longer be read or written, while its hooks still run
 * and it is still listed. Juju's texts for that differ from version to version, so none is looked
 * at: whatever is refused about one relation must not keep the others from being served.
 *
 * @module
 */

/**
 * Says whether a hook tool refused what it was asked for. One that was killed has refused nothing.
 *
 * @param error What was thrown.
 * @returns Whether it is the failure of a tool that ran to its end.
 */
export function isRefusal(error: unknown): error is Error & { readonly stderr: string } {
  return error instanceof Error && error.name === "HookToolError" &&
    (error as Error & { readonly signal?: string }).signal === undefined;
}

/**
 * Waits for something that Juju may refuse.
 *
 * @param work What to wait for.
 * @returns What came of it, or undefined where a hook tool refused it.
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
// Line breaks too: a status and a line of the log are one line.
const CONTROLS_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

/**
 * Repeats a tool's words in one short line that can do no harm where it is shown.
 *
 * @example Words of secret-get
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(quoteWords("ERROR permission\x1b[31m denied\n"), "permission [31m denied");
 * ```
 *
 * @param stderr What the tool printed on standard error.
 * @returns At most 200 characters, without control characters.
 */
export function quoteWords(stderr: string): string {
  const line = stderr.toWellFormed().replaceAll(CONTROLS_REGEXP, " ").trim()
    .replace(/^ERROR /, "");
  const characters = [...line];
  return characters.length <= MAXIMUM_LENGTH
    ? line
    : `${characters.slice(0, MAXIMUM_LENGTH - 3).join("")}...`;
}
