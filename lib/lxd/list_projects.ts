/**
 * Lists LXD's projects.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Parser } from "../requirer/databag.ts";
import type { LxdRequest, Reply } from "./request.ts";

/** The project that every LXD has, and that nobody can delete. */
const ALWAYS = "default";

const URL_REGEXP = /^\/1\.0\/projects\/([^/?]+)/;

/** Parses the answer to `GET /1.0/projects`: the URLs of the projects. */
const URLS: Parser<readonly string[] | null> = z.nullable(z.array(z.string()));

/**
 * Lists the names of LXD's projects. An identity is shown those that its groups let it see. So a list
 * without the project `default` says nothing about the projects that are not in it.
 *
 * @param request Sends requests to LXD.
 * @returns The names; undefined if LXD does not show all of them.
 */
export async function listProjects(
  request: LxdRequest,
): Promise<Reply<ReadonlySet<string> | undefined>> {
  const reply = await request(URLS, "/1.0/projects");
  if (reply.kind !== "done") return reply;
  const names = new Set((reply.value ?? []).flatMap(namesIn));
  return { kind: "done", value: names.has(ALWAYS) ? names : undefined };
}

/**
 * Reads the name in a URL. Incus encodes a name once, LXD 5.0 encodes it twice, and the URL does not
 * tell which. All readings count as names: LXD refuses a name that it does not have.
 *
 * @example A name with one special character
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(namesIn("/1.0/projects/a%2523b"), ["a%2523b", "a%23b", "a#b"]);
 * ```
 *
 * @returns The readings.
 */
export function namesIn(url: string): readonly string[] {
  const raw = URL_REGEXP.exec(url)?.[1];
  if (raw === undefined) return [];
  const once = decode(raw);
  return [...new Set([raw, once, decode(once)])];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
