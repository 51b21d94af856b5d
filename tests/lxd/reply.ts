/**
 * Reads answers of LXD.
 *
 * @module
 */
import type { LxdReply } from "./world.ts";

/** Reads an answer. A body that is not JSON is no error, because faults send such bodies. */
export function parseReply(
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): LxdReply {
  try {
    return { status, headers, text, body: JSON.parse(text) };
  } catch {
    return { status, headers, text, body: undefined };
  }
}
