/**
 * Faults of the stand-in, which tests ask for.
 *
 * @module
 */
import type { StandInRequest } from "./stand_in_answer.ts";

/** A request that a client sent to the stand-in. */
export interface LoggedRequest {
  /** Name of the member that was asked. */
  readonly member: string;
  /** Method, in upper case. */
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  /** The body parsed as JSON; `undefined` if there was none. */
  readonly body: unknown;
  /** Fingerprint of the client's certificate; `undefined` if it presented none. */
  readonly fingerprint: string | undefined;
}

/** The requests that a fault is for. A field that is left out fits every request. */
export interface FaultMatch {
  /** Name of the member. */
  readonly member?: string;
  /** Method, in upper case. */
  readonly method?: string;
  /** Tested against path and query. */
  readonly path?: RegExp;
  /** Number of the first matching request with the fault, counted from 1. @default {1} */
  readonly nth?: number;
  /** Number of matching requests with the fault, from there on. @default {Infinity} */
  readonly times?: number;
}

/** A fault. To refuse connections, `kill()` the member. */
export type Fault =
  /** The connection is cut; the server has not acted. */
  | { readonly kind: "reset" }
  /** The server acts, and the connection is cut before the answer. */
  | { readonly kind: "act-then-reset" }
  /** As `reset`, and the member refuses connections until its `start()`. */
  | { readonly kind: "crash" }
  /** LXD's error body with this status; the server has not acted. */
  | { readonly kind: "status"; readonly status: number; readonly error?: string }
  /** The server acts, and answers with a body that is not JSON. */
  | { readonly kind: "malformed" }
  /** The server acts, and the connection is cut in the middle of the body. */
  | { readonly kind: "truncated" }
  /** The server acts, and answers byte by byte without an end. */
  | { readonly kind: "drip" }
  /** The server acts, and answers as fast as it can without an end. */
  | { readonly kind: "flood" }
  /** The server acts after a while. */
  | { readonly kind: "delay"; readonly ms: number }
  /** The server neither acts nor answers; the connection stays open. */
  | { readonly kind: "silent" }
  /** Runs a callback before the server acts, or after it and before the answer. */
  | {
    readonly kind: "hook";
    readonly before?: (request: LoggedRequest) => void | Promise<void>;
    readonly after?: (request: LoggedRequest) => void | Promise<void>;
  };

/** The faults in force. */
export interface Faults {
  /** Adds one. */
  readonly add: (match: FaultMatch, fault: Fault) => void;
  /** Removes all. */
  readonly clear: () => void;
  /** Counts a request, and gives its faults, in the order in which they were added. */
  readonly of: (request: LoggedRequest) => readonly Fault[];
}

/** LXD's words for the statuses it uses. */
const ERRORS: Readonly<Record<number, string>> = {
  403: "not authorized",
  404: "not found",
  409: "Certificate already in trust store",
  412: "ETag doesn't match",
  500: "Failed to begin transaction: context deadline exceeded",
  503: "LXD is shutting down",
};

/** Makes an empty set of faults. */
export function createFaults(): Faults {
  let rules: { match: FaultMatch; fault: Fault; seen: number }[] = [];
  return {
    add(match, fault) {
      rules.push({ match, fault, seen: 0 });
    },
    clear() {
      rules = [];
    },
    of(request) {
      const fitting = rules.filter(({ match }) => fits(match, request));
      for (const rule of fitting) rule.seen++;
      return fitting
        .filter(({ match: { nth = 1, times = Infinity }, seen }) =>
          seen >= nth && seen < nth + times
        )
        .map(({ fault }) => fault);
    },
  };
}

/** Words for the error body of a status. */
export function errorOf(
  { status, error }: { readonly status: number; readonly error?: string },
): string {
  return error ?? ERRORS[status] ?? "error";
}

function fits({ member, method, path }: FaultMatch, request: LoggedRequest): boolean {
  return (member === undefined || member === request.member) &&
    (method === undefined || method === request.method) &&
    (path === undefined || path.test(request.path));
}

/** Turns a logged request into one for the handlers. */
export function requestOf(
  logged: LoggedRequest,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): StandInRequest {
  const { pathname, searchParams } = new URL(logged.path, "http://lxd");
  return {
    method: logged.method,
    path: pathname,
    query: searchParams,
    etag: headers["if-match"] === undefined ? undefined : String(headers["if-match"]),
    body: logged.body,
  };
}
