/**
 * Sends one request to LXD's API, and reads the reply.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Clock } from "../async/clock.ts";
import { retry } from "../async/retry.ts";
import { parseJson, type Parser } from "../requirer/databag.ts";
import { line } from "../requirer/line.ts";
import { PinError, type PinnedFetch } from "../requirer/pinned_fetch.ts";
import { PAUSES_MS, PRESENT_LIMIT_MS, REQUEST_LIMIT_MS } from "./time_limits.ts";

/** The reply of LXD to a request, or why there is none. */
export type Reply<T> =
  /** LXD did what was asked. */
  | { readonly kind: "done"; readonly value: T; readonly etag?: string }
  /** LXD understood, and refused: HTTP status 400 to 499, with LXD's words. */
  | {
    readonly kind: "refused";
    readonly status: number;
    readonly message: string;
    /** The refused action, such as `to revoke ...`. @default {"what it is asked"} */
    readonly action?: string;
  }
  /** No answer, or an error of LXD's own. A later attempt may succeed. */
  | Unreachable
  /** The server is not the pinned one. No byte of the request was sent. */
  | {
    readonly kind: "other-server";
    readonly presented: string | undefined;
    /** Why the pinned certificate cannot be verified, if the server presents it. */
    readonly reason?: string;
  };

/** A request that was not done. */
export type RequestFailure = Exclude<Reply<never>, { readonly kind: "done" }>;

/** LXD could not be reached. */
export interface Unreachable {
  /** Tag. */
  readonly kind: "unreachable";
  /** Why, for the operator. */
  readonly cause: string;
  /** Whether somebody answered, with an error or with what is not LXD's. @default {false} */
  readonly hasAnswered?: boolean;
}

/** Options of a request. */
export interface RequestOptions {
  /** Method of the request. @default {"GET"} */
  readonly method?: string;
  /** Body of the request, sent as JSON. */
  readonly body?: unknown;
  /** ETag that the object must still have; LXD refuses the request with 412 if it has another. */
  readonly etag?: string | undefined;
  /** Limit for the answer, in milliseconds. @default {10000} */
  readonly timeout?: number;
  /** Whether to repeat a request without an answer. @default {true} unless the method is POST */
  readonly isRepeatable?: boolean;
}

/** Connects to the pinned server, and to no other. */
export interface Transport extends Pick<PinnedFetch, "fetch" | "presented"> {
  /** Measures the time limits. */
  readonly clock: Clock;
  /** Milliseconds that all answers have from now on. @default {no limit} */
  readonly left?: () => number;
}

/** Sends a request to one member of LXD. Trouble with LXD or the network never rejects. */
export type LxdRequest = <T>(
  parser: Parser<T>,
  path: string,
  options?: RequestOptions,
) => Promise<Reply<T>>;

const TIME_OUT = "time-out";

/** Length of LXD's words in bytes of UTF-8. They go into a status, a log and relation data. */
export const MAXIMUM_WORDS = 200;

const Envelope = z.object({ error: z.optional(z.string()), metadata: z.optional(z.unknown()) });

// The operator's words for the system's error codes.
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection cut",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  ENOTFOUND: "name not found",
  ETIMEDOUT: TIME_OUT,
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS is spoken there",
};

/**
 * Makes the function that sends requests to one member.
 *
 * @param endpoint Address of the member, `https://host:port`.
 */
export function createRequest(
  { fetch, presented, clock, left = () => Infinity }: Transport,
  endpoint: string,
): LxdRequest {
  const within = (ms: number) => clock.timeout(Math.max(Math.min(ms, left()), 0));
  return async <T>(
    parser: Parser<T>,
    path: string,
    { method = "GET", body, etag, timeout = REQUEST_LIMIT_MS, ...options }: RequestOptions = {},
  ): Promise<Reply<T>> => {
    const signal = within(timeout);
    const sent = {
      ...body !== undefined && { body: JSON.stringify(body) },
      ...etag !== undefined && { headers: { "if-match": etag } },
    };
    const attempt = async (): Promise<Reply<T>> => {
      try {
        const response = await fetch(`${endpoint}${path}`, { method, signal, ...sent });
        const reply = parseReply(parser, response.status, await response.text());
        const tag = response.headers.get("etag");
        return reply.kind === "done" && tag !== null ? { ...reply, etag: tag } : reply;
      } catch (error) {
        if (error instanceof PinError) {
          const { reason } = error;
          return {
            kind: "other-server",
            presented: error.presented ??
              await presented(endpoint, within(PRESENT_LIMIT_MS)),
            ...reason !== undefined && { reason },
          };
        }
        return { kind: "unreachable", cause: causeOf(error) };
      }
    };
    // Renaming, restricting or revoking twice is the same as once. LXD refuses to add twice.
    const { isRepeatable = method !== "POST" } = options;
    return await (isRepeatable ? retry(attempt, { isFinal, pauses: PAUSES_MS, clock }) : attempt());
  };
}

/**
 * Says whether asking again at once is of no use: LXD has decided, or the wait is over.
 *
 * @example A time-out is final
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isFinal({ kind: "unreachable", cause: "time-out" }));
 * assert.ok(!isFinal({ kind: "unreachable", cause: "connection refused" }));
 * ```
 */
export function isFinal(
  { kind, cause }: { readonly kind: string; readonly cause?: string },
): boolean {
  return kind !== "unreachable" || cause === TIME_OUT;
}

function parseReply<T>(parser: Parser<T>, status: number, text: string): Reply<T> {
  const { error: words, metadata } = Envelope.safeParse(parseJson(text)).data ?? {};
  const error = words && line(words, MAXIMUM_WORDS);
  if (status >= 500) {
    const cause = `error ${status}${error ? `, ${error}` : ""}`;
    return { kind: "unreachable", cause, hasAnswered: true };
  }
  if (status >= 400) return { kind: "refused", status, message: error || `error ${status}` };
  const result = parser.safeParse(metadata);
  if (status < 200 || status >= 300 || !result.success) {
    return { kind: "unreachable", cause: "an answer that is not LXD's", hasAnswered: true };
  }
  return { kind: "done", value: result.data };
}

/** Names why a connection failed, for the operator. */
export function causeOf(error: unknown): string {
  const { name, message, code } = error as Error & { readonly code?: string };
  return name === "TimeoutError" ? TIME_OUT : CAUSES[code ?? ""] ?? line(message, MAXIMUM_WORDS);
}
