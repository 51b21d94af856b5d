/**
 * Requests and answers of the stand-in, and the envelopes LXD writes.
 *
 * @module
 */

/** Who asks: over the unix socket everyone is an administrator. */
export type Caller =
  | { readonly kind: "administrator" }
  | { readonly kind: "restricted"; readonly fingerprint: string }
  | { readonly kind: "trusted"; readonly fingerprint: string }
  | { readonly kind: "untrusted" };

/** A request as the handlers see it. */
export interface StandInRequest {
  /** Method, in upper case. */
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** The query. */
  readonly query: URLSearchParams;
  /** The header `If-Match`. */
  readonly etag: string | undefined;
  /** The body parsed as JSON; `undefined` if there is none, or none that is JSON. */
  readonly body: unknown;
}

/** What the server answers. */
export interface Answer {
  /** HTTP status. */
  readonly status: number;
  /** Headers beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, to be written as JSON. */
  readonly body: unknown;
}

/** Answers with what was asked for. LXD says 200 in the body even where the status line says 201. */
export function success(
  metadata: unknown,
  { status = 200, headers = {} }: Partial<Pick<Answer, "status" | "headers">> = {},
): Answer {
  const body = {
    type: "sync",
    status: "Success",
    "status_code": 200,
    operation: "",
    "error_code": 0,
    error: "",
    metadata,
  };
  return { status, headers, body };
}

/** Answers that an operation has begun. */
export function accepted(): Answer {
  const id = crypto.randomUUID();
  const body = {
    type: "async",
    status: "Operation created",
    "status_code": 100,
    operation: `/1.0/operations/${id}`,
    "error_code": 0,
    error: "",
    metadata: { id, status: "Running", "status_code": 103, err: "" },
  };
  return { status: 202, headers: {}, body };
}

/** Answers with an error. */
export function failure(status: number, error: string): Answer {
  const body = {
    type: "error",
    status: "",
    "status_code": 0,
    operation: "",
    "error_code": status,
    error,
    metadata: null,
  };
  return { status, headers: {}, body };
}

/** Whether the caller may change the trust store. */
export function isAdministrator(caller: Caller): boolean {
  return caller.kind === "administrator" || caller.kind === "trusted";
}

/** LXD's answer to whom it does not let. */
export const NOT_AUTHORIZED = failure(403, "not authorized");

/** LXD's answer to a path it does not know. */
export const NOT_FOUND = failure(404, "not found");
