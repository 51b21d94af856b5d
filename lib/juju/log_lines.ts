/**
 * Gathers lines for Juju's log, and writes many of them with few calls of `juju-log`.
 *
 * @module
 */
import { byteLength } from "../requirer/line.ts";
import type { Juju } from "./hook_tools.ts";

// In bytes. Linux starts no program with an argument of 128 KiB.
const MAXIMUM_TEXT = 65_536;

/**
 * Writes lines to Juju's log. Each stands by itself, also where Juju writes its prefix before the first
 * one of a call only. It never fails: no certificate waits for a log.
 *
 * @example Two lines in one call
 * ```ts
 * import assert from "node:assert/strict";
 * const calls: string[] = [];
 * const jujuLog = (_level: string, ...lines: readonly string[]): Promise<void> =>
 *   Promise.resolve(void calls.push(lines.join()));
 * await logLines({ jujuLog }, "INFO", ["a", "b"]);
 * assert.deepEqual(calls, ["a,b"]);
 * ```
 */
export async function logLines(
  { jujuLog }: Pick<Juju, "jujuLog">,
  level: "INFO" | "WARNING",
  lines: readonly string[],
): Promise<void> {
  let text: string[] = [];
  let bytes = 0;
  for (const one of lines) {
    bytes += byteLength(one) + 1;
    if (bytes > MAXIMUM_TEXT) {
      await jujuLog(level, ...text);
      [text, bytes] = [[], byteLength(one) + 1];
    }
    text.push(one);
  }
  if (text.length > 0) await jujuLog(level, ...text);
}
