/**
 * How a reconciliation ends.
 *
 * @module
 */
import type { CredentialFailure } from "./credential/credentials.ts";
import type { Credentials } from "./credential/parts.ts";
import type { LxdFailure } from "./lxd/client.ts";
import { PROVIDER_ERROR_CODES, type ProviderErrorCode } from "./requirer/codes.ts";
import type { ProviderError } from "./requirer/databag.ts";
import { unpinnable } from "./requirer/pin.ts";
import type { Expiring } from "./trust/expiry.ts";

/** How a reconciliation ended. */
export type Outcome = CredentialFailure | LxdOutcome | NoProject | Unfinished | Active;

/** The option `projects` names projects that LXD lacks. Nothing is changed until that is mended. */
export interface NoProject {
  /** Tag. */
  readonly kind: "no-project";
  /** Which ones. */
  readonly reason: string;
}

/** Why LXD could not be used, for the operator. */
export type LxdOutcome =
  /** LXD does not know our certificate. */
  | {
    readonly kind: "untrusted";
    readonly endpoint: string;
    readonly ourFingerprint: string;
  }
  /** LXD knows our certificate, but does not let it manage the trust store. */
  | {
    readonly kind: "restricted";
    readonly endpoint: string;
    readonly ourFingerprint: string;
    /** Whether the certificate is an identity. Then its groups decide what it may do. */
    readonly isIdentity?: boolean;
  }
  /** The server presents another certificate than the pinned one. */
  | {
    readonly kind: "other-server";
    readonly endpoint: string;
    readonly pinned: string;
    readonly presented: string;
  }
  /** The server presents the pinned certificate, which cannot be verified. */
  | {
    readonly kind: "unverifiable";
    readonly endpoint: string;
    readonly reason: string;
  }
  /** No member of LXD answers, or LXD answers with an error of its own. */
  | {
    readonly kind: "unreachable";
    readonly endpoint: string;
    readonly cause: string;
    /** Whether somebody answered. @default {false} */
    readonly hasAnswered?: boolean;
  }
  /** A new trust token is needed. */
  | TokenNeeded
  /** LXD understands a request, and refuses it. */
  | {
    readonly kind: "refused";
    readonly endpoint: string;
    /** The refused action, such as `to revoke ...`. */
    readonly action: string;
    /** LXD's own words. */
    readonly words: string;
  };

/** Why the charm's own credential needs a new trust token. */
export interface TokenNeeded {
  /** Tag. */
  readonly kind: "token";
  /**
   * `refused`: LXD does not take the token. `expired`: the same, and it has expired. `foreign`: the server
   * is not the one of the token. `lost`: LXD trusted our certificate, and does so no more.
   */
  readonly problem: "refused" | "expired" | "foreign" | "lost";
  /** Address of LXD. */
  readonly endpoint: string;
  /** The moment at which the token expired. */
  readonly at?: Date;
}

/** More work than fits into one hook. */
export interface Unfinished {
  /** Tag. */
  readonly kind: "unfinished";
  /** Number of certificates whose changes wait for the next hook. */
  readonly left: number;
  /** Number of certificates that the hook had to change. */
  readonly total: number;
}

/** The charm serves. */
export interface Active {
  /** Tag. */
  readonly kind: "active";
  /** LXD's version. */
  readonly version: string;
  /** Number of nodes. */
  readonly nodes: number;
  /** Whether members of the cluster wait for others to be upgraded. @default {false} */
  readonly isUpgrading?: boolean;
  /** Number of our certificates. */
  readonly certificates: number;
  /** Number of rejected certificates; undefined if it is the number in the status. */
  readonly rejected: number | undefined;
  /** The certificates that expire soon; undefined if the status tells it as before. */
  readonly expiring?: readonly Expiring[] | undefined;
}

/** The attempt that failed. */
export interface Attempt extends Pick<Credentials, "server" | "isOwn" | "token"> {
  /** Address of the member that was asked. */
  readonly endpoint: string;
  /** Fingerprint of our certificate. */
  readonly ourFingerprint: string;
  /** Current time. */
  readonly now: Date;
}

const FORBIDDEN = 403;

const UNPROVED = "who answers there did not prove to hold the certificate's key, as LXD would";

/**
 * Tells the operator's side of a failure to use LXD.
 *
 * @example LXD does not know our certificate
 * ```ts
 * import assert from "node:assert/strict";
 * const server = { pem: "", der: "", fingerprint: "bb" } as unknown as Attempt["server"];
 * const attempt = { endpoint: "https://10.0.0.1:8443", ourFingerprint: "aa", server, now: new Date() };
 * assert.equal(outcomeOf({ kind: "untrusted" }, attempt).kind, "untrusted");
 * ```
 */
export function outcomeOf(failure: LxdFailure, attempt: Attempt): LxdOutcome | CredentialFailure {
  const { endpoint, ourFingerprint, isOwn, token } = attempt;
  switch (failure.kind) {
    case "untrusted":
      if (!isOwn) return { kind: "untrusted", endpoint, ourFingerprint };
      // A unit that does not lead asks LXD for nothing.
      return token ? { kind: "no-key" } : { kind: "token", problem: "lost", endpoint };
    case "own-expired":
      return { kind: "no-key" };
    case "token-refused":
      return { kind: "token", problem: "refused", endpoint };
    case "token-expired":
      return { kind: "token", problem: "expired", endpoint, at: failure.at };
    case "restricted":
      return { ...failure, endpoint, ourFingerprint };
    case "unreachable":
      return { ...failure, endpoint };
    case "refused":
      return failure.status === FORBIDDEN ? { kind: "restricted", endpoint, ourFingerprint } : {
        kind: "refused",
        endpoint,
        action: failure.action ?? "what it is asked",
        words: failure.message,
      };
    case "other-server":
      return otherServer(failure, attempt);
  }
}

function otherServer(
  { presented, reason: given }: Extract<LxdFailure, { readonly kind: "other-server" }>,
  { endpoint, server, isOwn, now }: Attempt,
): LxdOutcome {
  if (presented !== undefined && presented !== server.fingerprint) {
    if (isOwn) return { kind: "token", problem: "foreign", endpoint };
    return { kind: "other-server", endpoint, pinned: server.fingerprint, presented };
  }
  const reason = given ?? (server.pem && unpinnable(server, undefined, now));
  // If the handshake of TLS fails, the presented certificate is unknown.
  if (presented === undefined && !reason) {
    return { kind: "unreachable", endpoint, cause: "no certificate" };
  }
  return { kind: "unverifiable", endpoint, reason: reason || UNPROVED };
}

/**
 * Tells the requirers' side of an outcome: a code, and its sentence. It has no detail of the credential,
 * of addresses or of options.
 *
 * @example No trust yet
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(errorOf({ kind: "no-access" })?.reason, "The provider has no credential for LXD yet");
 * ```
 *
 * @returns The error; undefined if the charm serves.
 */
export function errorOf(outcome: Outcome): ProviderError | undefined {
  const code = errorCodeOf(outcome);
  if (code === undefined) return undefined;
  return { code, reason: PROVIDER_ERROR_CODES[code].meaning.replace(/\.$/, "") };
}

function errorCodeOf(outcome: Outcome): ProviderErrorCode | undefined {
  switch (outcome.kind) {
    case "no-access":
    case "no-secret":
    case "no-own-secret":
    case "no-key":
    case "missing":
    case "other-cloud":
      return "credential-missing";
    case "unreadable":
    case "no-token":
    case "no-project":
      return "configuration-invalid";
    case "untrusted":
    case "restricted":
    case "token":
      return "credential-refused";
    case "other-server":
    case "unverifiable":
      return "server-untrusted";
    case "unreachable":
      return outcome.hasAnswered ? "lxd-failed" : "lxd-unreachable";
    case "refused":
      return "lxd-failed";
    case "unfinished":
    case "active":
      return undefined;
  }
}
