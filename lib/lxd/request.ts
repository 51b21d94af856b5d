/**
 * One call of LXD's REST API, and the ways it can end.
 *
 * @module
 */
import * as z from "zod/mini";
import { parseJson, type Parser } from "../requirer/databag.ts";
import { PinError, type PinnedFetch } from "../requirer/pinned_fetch.ts";
import { retry } from "../async/retry.ts";
import { PAUSES_MS, PRESENT_LIMIT_MS, REQUEST_LIMIT_MS } from "./time_limits.ts";

/** How a call ended. */
export type Reply<T> =
  /** LXD did it. */
  | { readonly kind: "done"; readonly value: T }
  /** LXD understood, and refused: HTTP status 400 to 499, with LXD's own words. */
  | {
    readonly kind: "refused";
    readonly status: number;
    readonly message: string;
    /** What LXD refuses: `to revoke ...`. @default {"what it is asked"} */
    readonly action?: string;
  }
  /** No answer, or an error of LXD's own: a later attempt may go well. */
  | Unreachable
  /** The server is not the pinned one; no byte of the request was sent. */
  | {
    readonly kind: "other-server";
    readonly presented: string | undefined;
    /** Why the pinned certificate, which it presents, does not do. */
    readonly reason?: string;
  };

/** A call that was not done. */
export type RequestFailure = Exclude<Reply<never>, { readonly kind: "done" }>;

/** LXD could not be reached. */
export interface Unreachable {
  /** Tag. */
  readonly kind: "unreachable";
  /** Why, for the operator. */
  readonly cause: string;
}

/** What to ask of LXD. */
export interface RequestOptions {
  /** Method of the request. @default {"GET"} */
  readonly method?: string;
  /** What to send, as JSON. */
  readonly body?: unknown;
  /** Longest time to wait for the answer, in milliseconds. @default {10000} */
  readonly timeout?: number;
  /** Whether to ask again if nobody answers. @default {true} unless the method is POST */
  readonly isRepeatable?: boolean;
}

/** Speaks with LXD and no one else. */
export type Transport = Pick<PinnedFetch, "fetch" | "presented">;

/** Calls one member of LXD. Never rejects for what LXD or the network does. */
export type LxdRequest = <T>(
  parser: Parser<T>,
  path: string,
  options?: RequestOptions,
) => Promise<Reply<T>>;

const TIME_OUT = "time-out";

// LXD's own words go into a status, a log and relation data.
const MAXIMUM_WORDS = 200;

const Envelope = z.object({ error: z.optional(z.string()), metadata: z.optional(z.unknown()) });

// What the operator reads for the system's error codes.
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
 * Makes the function that calls one member.
 *
 * @param transport Speaks with LXD and no one else.
 * @param endpoint The member, `https://host:port`.
 * @returns The function.
 */
export function createRequest({ fetch, presented }: Transport, endpoint: string): LxdRequest {
  return async <T>(
    parser: Parser<T>,
    path: string,
    { method = "GET", body, timeout = REQUEST_LIMIT_MS, ...options }: RequestOptions = {},
  ): Promise<Reply<T>> => {
    const signal = AbortSignal.timeout(timeout);
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const attempt = async (): Promise<Reply<T>> => {
      try {
        const response = await fetch(`${endpoint}${path}`, { method, signal, ...sent });
        return parseReply(parser, response.status, await response.text());
      } catch (error) {
        if (error instanceof PinError) {
          const { reason } = error;
          return {
            kind: "other-server",
            presented: error.presented ??
              await presented(endpoint, AbortSignal.timeout(PRESENT_LIMIT_MS)),
            ...reason !== undefined && { reason },
          };
        }
        return { kind: "unreachable", cause: causeOf(error) };
      }
    };
    // To rename, restrict or revoke twice is the same as once. LXD refuses to register twice.
    const { isRepeatable = method !== "POST" } = options;
    return await (isRepeatable ? retry(attempt, { isFinal, pauses: PAUSES_MS }) : attempt());
  };
}

/**
 * Says whether it is of no use to ask again at once.
 *
 * @param answer How a call ended.
 * @returns Whether LXD has decided, or has been waited for already.
 */
export function isFinal(
  { kind, cause }: { readonly kind: string; readonly cause?: string },
): boolean {
  return kind !== "unreachable" || cause === TIME_OUT;
}

function parseReply<T>(parser: Parser<T>, status: number, text: string): Reply<T> {
  const { error: words, metadata } = Envelope.safeParse(parseJson(text)).data ?? {};
  const error = words?.replaceAll(/\s+/g, " ").slice(0, MAXIMUM_WORDS);
  if (status >= 500) {
    return { kind: "unreachable", cause: `error ${status}${error ? `, ${error}` : ""}` };
  }
  if (status >= 400) return { kind: "refused", status, message: error || `error ${status}` };
  const result = parser.safeParse(metadata);
  if (status < 200 || status >= 300 || !result.success) {
    return { kind: "unreachable", cause: "an answer that is not LXD's" };
  }
  return { kind: "done", value: result.data };
}

function causeOf(error: unknown): string {
  const { name, message, code } = error as Error & { readonly code?: string };
  return name === "TimeoutError" ? TIME_OUT : CAUSES[code ?? ""] ?? message;
}
