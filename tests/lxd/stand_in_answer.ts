/**
 * Requests and answers of the stand-in, in the envelopes that LXD writes.
 *
 * @module
 */

/** The sender of a request. Over the unix socket everyone is an administrator. */
export type Caller =
  | { readonly kind: "administrator" }
  | { readonly kind: "restricted"; readonly fingerprint: string }
  | { readonly kind: "trusted"; readonly fingerprint: string }
  /** A fine-grained identity. Its groups give it entitlements. */
  | {
    readonly kind: "identity";
    readonly fingerprint: string;
    /** Its entitlements on the server, such as `can_create_identities` or `admin`. */
    readonly entitlements: readonly string[];
  }
  | {
    readonly kind: "untrusted";
    /** Whether it came with a certificate. */
    readonly presented: boolean;
    /** Its certificate, as DER. */
    readonly raw?: Uint8Array | undefined;
    /** Whether it may read metrics. */
    readonly metrics: boolean;
  };

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

/** An answer of the server. */
export interface Answer {
  /** HTTP status. */
  readonly status: number;
  /** Headers beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, sent as JSON. A text is sent as it is. */
  readonly body: unknown;
  /** Whether the connection is cut instead, as when LXD panics. */
  readonly cut?: true;
}

/** Description of an operation. */
export interface Operation {
  /** Its purpose. */
  readonly description: string;
  /** URL of the entity that it changes. */
  readonly entity: string;
  /** Name of the member that runs it. */
  readonly location: string;
  /** The sender of the request that began it. */
  readonly caller: Caller;
}

/** The certificate of a caller, if it came with one that LXD knows. */
export function fingerprintOfCaller(caller: Caller): string | undefined {
  return "fingerprint" in caller ? caller.fingerprint : undefined;
}

/** Answers a request that succeeded. LXD says 200 in the body even if the status line says 201. */
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
export function accepted(
  { description, entity, location, caller }: Operation,
): Answer {
  const id = crypto.randomUUID();
  const now = new Date().toISOString();
  const url = `/1.0/operations/${id}`;
  const body = {
    type: "async",
    status: "Operation created",
    "status_code": 100,
    operation: url,
    "error_code": 0,
    error: "",
    metadata: {
      id,
      class: "task",
      description,
      "created_at": now,
      "updated_at": now,
      status: "Running",
      "status_code": 103,
      resources: {},
      metadata: { "entity_url": entity },
      "may_cancel": true,
      err: "",
      "err_code": 0,
      "child_count": 0,
      location,
      requestor: {
        username: fingerprintOfCaller(caller) ?? "root",
        protocol: caller.kind === "administrator" ? "unix" : "tls",
        address: "127.0.0.1:65535",
      },
    },
  };
  return { status: 202, headers: { location: url }, body };
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

/** Whether the caller may do everything. */
export function isAdministrator(caller: Caller): boolean {
  return caller.kind === "administrator" || caller.kind === "trusted" ||
    caller.kind === "identity" && caller.entitlements.includes("admin");
}

/** Entitlements of an identity that manages the trust store and is no administrator. */
export const IDENTITY_ENTITLEMENTS = ["create", "view", "edit", "delete"]
  .map((verb) => `can_${verb}_identities`);

/** Whether the caller may do something with certificates and identities. */
export function mayManage(
  caller: Caller,
  verb: "create" | "view" | "edit" | "delete",
): boolean {
  return isAdministrator(caller) ||
    caller.kind === "identity" && caller.entitlements.includes(`can_${verb}_identities`);
}

/** Answers by cutting the connection. */
export const CUT: Answer = { status: 0, headers: {}, body: undefined, cut: true };

/** LXD's answer to a caller without permission. */
export const NOT_AUTHORIZED = failure(403, "not authorized");

/** LXD's answer to an unknown path. */
export const NOT_FOUND = failure(404, "not found");
