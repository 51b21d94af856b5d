/**
 * How a reconciliation ends.
 *
 * @module
 */
import type { Certificate } from "./requirer/certificate.ts";
import { unpinnable } from "./requirer/pin.ts";

/** How a reconciliation ended. */
export type Outcome =
  /** The application may not see the cloud's credential. */
  | { readonly kind: "no-access" }
  /** The operator's secret cannot be read: most likely it is not granted, or there is none. */
  | {
    readonly kind: "no-secret";
    readonly uri: string;
    readonly isAbsent: boolean;
    /** What Juju says. */
    readonly words: string;
  }
  /**
   * Parts of the credential are missing; their names as the operator knows them, and the URI of the
   * secret that lacks them.
   */
  | {
    readonly kind: "missing";
    readonly names: readonly string[];
    readonly secret: string | undefined;
  }
  /** Juju's cloud is not LXD, or its credential is of no use here. */
  | { readonly kind: "other-cloud"; readonly found: string }
  /** An option, or a part of the credential, cannot be read or used. */
  | {
    readonly kind: "unreadable";
    readonly name: string;
    readonly reason: string;
  }
  /** LXD does not know our certificate. */
  | {
    readonly kind: "untrusted";
    readonly endpoint: string;
    readonly own: string;
  }
  /** LXD knows our certificate, but does not let it manage the trust store. */
  | {
    readonly kind: "restricted";
    readonly endpoint: string;
    readonly own: string;
    /** Whether it is an identity, whose groups tell what it may do. */
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
  /** No member of LXD answers, or it answers with an error of its own. */
  | {
    readonly kind: "unreachable";
    readonly endpoint: string;
    readonly cause: string;
  }
  /** LXD understands what it is asked, and refuses it. */
  | {
    readonly kind: "refused";
    readonly endpoint: string;
    /** What it refuses: `to revoke ...`. */
    readonly action: string;
    /** LXD's own words. */
    readonly words: string;
  }
  /** All is well. */
  | {
    readonly kind: "active";
    readonly version: string;
    readonly nodes: number;
    /** Whether members of the cluster wait for others to be upgraded. */
    readonly isUpgrading?: boolean;
    readonly certificates: number;
    /** How many certificates are rejected; undefined for as many as the status tells already. */
    readonly rejected: number | undefined;
  };

/** Why LXD could not be used. */
export type LxdFailure =
  | { readonly kind: "untrusted" }
  | { readonly kind: "restricted"; readonly isIdentity?: boolean }
  | {
    readonly kind: "other-server";
    readonly presented: string | undefined;
    readonly reason?: string;
  }
  | { readonly kind: "unreachable"; readonly cause: string }
  | {
    readonly kind: "refused";
    readonly status: number;
    readonly message: string;
    readonly action?: string;
  };

/** Whom we took ourselves and the server for. */
export interface Parties {
  /** Fingerprint of our certificate. */
  readonly own: string;
  /** The pinned certificate. */
  readonly server: Certificate;
}

const FORBIDDEN = 403;

const UNPROVED = "who answers there did not prove to hold the certificate's key, as LXD would";

/**
 * Says what it means for the operator that LXD could not be used.
 *
 * @param ending Why.
 * @param endpoint The member that was asked.
 * @param parties Whom we took ourselves and the server for.
 * @param now The present.
 * @returns The outcome.
 */
export function outcomeOf(
  ending: LxdFailure,
  endpoint: string,
  { own, server }: Parties,
  now: Date,
): Outcome {
  switch (ending.kind) {
    case "untrusted":
      return { kind: "untrusted", endpoint, own };
    case "restricted":
      return { ...ending, endpoint, own };
    case "unreachable":
      return { kind: "unreachable", endpoint, cause: ending.cause };
    case "refused":
      return ending.status === FORBIDDEN ? { kind: "restricted", endpoint, own } : {
        kind: "refused",
        endpoint,
        action: ending.action ?? "what it is asked",
        words: ending.message,
      };
    case "other-server": {
      const { presented } = ending;
      if (presented !== undefined && presented !== server.fingerprint) {
        return { kind: "other-server", endpoint, pinned: server.fingerprint, presented };
      }
      const reason = ending.reason ?? unpinnable(server, undefined, now);
      // Where TLS comes to no end with the certificate, nobody can tell which one it is.
      if (presented === undefined && reason === undefined) {
        return { kind: "unreachable", endpoint, cause: "no certificate" };
      }
      return { kind: "unverifiable", endpoint, reason: reason ?? UNPROVED };
    }
  }
}
