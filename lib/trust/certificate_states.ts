/**
 * Tells the state of each certificate of a relation, as its requirers read it.
 *
 * @module
 */
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { WarningCode } from "../requirer/codes.ts";
import type { CertificateState, Rejection } from "../requirer/databag.ts";
import { compareRejections } from "./bound_rejections.ts";
import { expiryOf, isSoon, type Soon } from "./expiry.ts";
import type { TrustStore } from "./trust_store.ts";
import type { Published } from "./want.ts";

/** What was decided about the certificates of a relation. */
export interface Decided {
  /** The certificates that are published as registered. */
  readonly registered: Iterable<Fingerprint>;
  /** The certificates that are wanted and may be registered. */
  readonly awaited: Iterable<Fingerprint>;
  /** The rejections that are published. */
  readonly rejected: readonly Rejection[];
  /** LXD's trust store. */
  readonly trustStore: TrustStore;
  /** The certificates that were read in this hook. */
  readonly sent: readonly Certificate[];
  /** The former publication. */
  readonly published: Pick<Published, "certificates">;
  /** The times of which requirers are warned. */
  readonly soon: Soon;
}

/**
 * Tells the state of each certificate: `trusted` if it is registered, or else `pending` if it is awaited,
 * or else `rejected`. A certificate has the first of its rejections. A rejection that a former version
 * published without a code has no state.
 *
 * @returns The states, sorted by fingerprint.
 */
export function statesOf(decided: Decided): readonly CertificateState[] {
  const { registered, awaited, rejected, trustStore } = decided;
  const expiryOf = createExpiry(decided);
  const states = new Map<string, CertificateState>();
  for (const { fingerprint, code, reason } of rejected.toSorted(compareRejections)) {
    if (fingerprint === null || code === undefined || states.has(fingerprint)) continue;
    const expires_at = expiryOf(fingerprint);
    states.set(fingerprint, { fingerprint, state: "rejected", expires_at, code, reason });
  }
  for (const fingerprint of awaited) {
    states.set(fingerprint, { fingerprint, state: "pending", expires_at: expiryOf(fingerprint) });
  }
  for (const fingerprint of registered) {
    const { projects = null } = trustStore.get(fingerprint) ?? {};
    const expires_at = expiryOf(fingerprint);
    const warning = isSoon(expires_at, decided.soon) ? warnOf(expires_at) : {};
    states.set(fingerprint, { fingerprint, state: "trusted", projects, expires_at, ...warning });
  }
  return [...states.values()].toSorted((a, b) => a.fingerprint < b.fingerprint ? -1 : 1);
}

/** An expiry that is published already is not read again: the same certificate keeps it. */
function createExpiry(
  { published, sent, trustStore }: Pick<Decided, "published" | "sent" | "trustStore">,
): (fingerprint: string) => string | null {
  const pems = new Map<string, string>(sent.map(({ fingerprint, pem }) => [fingerprint, pem]));
  return (fingerprint) => {
    const before = published.certificates.get(fingerprint)?.expires_at;
    if (before) return before;
    const pem = pems.get(fingerprint) ?? trustStore.get(fingerprint as Fingerprint)?.certificate;
    return pem === undefined ? null : expiryOf(pem);
  };
}

/** The words stay the same from day to day, so that they are written once. */
function warnOf(expiresAt: string | null): { readonly code: WarningCode; readonly reason: string } {
  const reason = `The certificate expires on ${expiresAt?.slice(0, 10)}: send a new one beside it`;
  return { code: "expires-soon", reason };
}
