/**
 * LXD's API over its unix socket, where everyone who may open the socket is an administrator.
 *
 * @module
 */
import { parseReply } from "./reply.ts";
import type { LxdReply, LxdRequest } from "./world.ts";

// Longer than any request takes on a busy machine.
const TIMEOUT_MS = 120_000;

/** Makes a function that sends requests to the socket. It speaks plain HTTP. */
export function unixApi(
  path: string,
  timeoutMs: number = TIMEOUT_MS,
): LxdRequest {
  return async (method, target, body): Promise<LxdReply> => {
    using client = Deno.createHttpClient({
      proxy: { transport: "unix", path },
    });
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), timeoutMs);
    try {
      const response = await fetch(`http://lxd${target}`, {
        client,
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: aborter.signal,
      });
      const text = await response.text();
      return parseReply(
        response.status,
        Object.fromEntries(response.headers),
        text,
      );
    } finally {
      clearTimeout(timer);
    }
  };
}
