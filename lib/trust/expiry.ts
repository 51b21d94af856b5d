/**
 * Finds what expires soon: certificates of requirers, the charm's credential, and LXD's certificate. A
 * wrong clock costs a warning too many or too few, and nothing else.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { line } from "../requirer/line.ts";
import { attempt } from "../requirer/x509.ts";
import { writeValue } from "./change.ts";
import { type Mark, unslug } from "./owner.ts";
import { ownerOf, type TrustStore } from "./trust_store.ts";
import type { Publication } from "./want.ts";

/** The times of which the charm warns: from now on, for a number of days. */
export interface Soon {
  /** Current time. */
  readonly from: Date;
  /** The last time. It is the current one if the charm warns of nothing. */
  readonly until: Date;
}

/** A certificate that expires soon, or has expired. */
export interface Expiring {
  /** Whose it is: a related charm's, the charm's own, or LXD's. */
  readonly kind: "client" | "credential" | "server";
  /** The certificate. */
  readonly fingerprint: string;
  /** The unit or application whose entry it is; undefined if it is several ones', or none of ours. */
  readonly requirer: string | undefined;
  /** When it expires, `2036-01-01T00:00:00Z`. */
  readonly expiresAt: string;
  /** Number of whole days until then, rounded down: -1 within a day after it has expired. */
  readonly days: number;
}

/** The certificates that the charm deals with. */
export interface Dealt {
  /** What was published, to all relations. */
  readonly publications: readonly Pick<Publication, "certificates">[];
  /** The charm's credential for LXD, PEM. */
  readonly credential: Pick<Certificate, "pem" | "fingerprint">;
  /** LXD's certificate. */
  readonly server: Certificate;
  /** LXD's trust store. */
  readonly trustStore: TrustStore;
  /** The mark of our entries. */
  readonly mark: Mark;
}

/** How lines of the log about an expiry begin. */
export const EXPIRY_LINE = "lxd-expiry";

/** Days of warning without the option. */
export const DEFAULT_WARNING_DAYS = 30;
/** The most days of warning. */
export const MAXIMUM_WARNING_DAYS = 365;

const MILLISECONDS_OF_DAY = 86_400_000;

/**
 * Reads the option `expiry-warning-days`.
 *
 * @returns The number of days; undefined if the option has another value.
 */
export function warningDays(option: unknown = DEFAULT_WARNING_DAYS): number | undefined {
  const days = Number(option);
  return Number.isInteger(days) && days >= 0 && days <= MAXIMUM_WARNING_DAYS ? days : undefined;
}

/** The times of which the charm warns. */
export function soonFrom(now: Date, days: number): Soon {
  return { from: now, until: new Date(now.getTime() + days * MILLISECONDS_OF_DAY) };
}

/**
 * Whether a time is one of which the charm warns.
 *
 * @example Within 30 days
 * ```ts
 * import assert from "node:assert/strict";
 * const soon = soonFrom(new Date("2026-12-01T00:00:00Z"), 30);
 * const times = ["2026-11-30T00:00:00Z", "2026-12-09T00:00:00Z", "2027-01-01T00:00:00Z"];
 * assert.deepEqual(times.map((time) => isSoon(time, soon)), [false, true, false]);
 * ```
 *
 * @param time `2036-01-01T00:00:00Z`; null if it is not known.
 */
export function isSoon(time: string | null, { from, until }: Soon): boolean {
  const at = time === null ? NaN : Date.parse(time);
  return at >= from.getTime() && at < until.getTime();
}

/**
 * Reads when a certificate expires.
 *
 * @example Text that is no certificate
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(expiryOf("a text"), null);
 * ```
 *
 * @param pem The certificate.
 * @returns The time in UTC, such as `2036-01-01T00:00:00Z`; null if it cannot be read.
 */
export function expiryOf(pem: string): string | null {
  const time = attempt(() => new Date(new X509Certificate(pem).validTo).toISOString());
  return time?.match(/^\d{4}-.*(?=\.\d+Z$)/)?.[0].concat("Z") ?? null;
}

/**
 * Finds the certificates that expire soon, and those that have expired. LXD refuses a client whose
 * certificate has expired, and keeps its entry.
 *
 * @returns Each of them once, the one that expires first at the beginning.
 */
export function findExpiring(dealt: Dealt, soon: Soon): readonly Expiring[] {
  const { publications, credential, server, trustStore, mark } = dealt;
  if (soon.until <= soon.from) return [];
  const clients = publications.flatMap(({ certificates }) => certificates)
    .filter(({ state }) => state === "trusted");
  const found: readonly Pick<Expiring, "kind" | "fingerprint" | "requirer">[] = [
    { kind: "credential", fingerprint: credential.fingerprint, requirer: undefined },
    { kind: "server", fingerprint: server.fingerprint, requirer: undefined },
    ...clients.map(({ fingerprint }) => {
      const entry = trustStore.get(fingerprint as Fingerprint);
      const owner = entry && ownerOf(entry, mark);
      const requirer = owner?.kind === "requirer" ? unslug(owner.slug) : undefined;
      return { kind: "client", fingerprint, requirer } as const;
    }),
  ];
  const times = new Map<string, string | null>([
    ...clients.map(({ fingerprint, expires_at }) => [fingerprint, expires_at] as const),
    [credential.fingerprint, expiryOf(credential.pem)],
    [server.fingerprint, expiryOf(server.pem)],
  ]);
  const expiring = found.flatMap((one) => {
    const expiresAt = times.get(one.fingerprint);
    if (!expiresAt || Date.parse(expiresAt) >= soon.until.getTime()) return [];
    const days = Math.floor((Date.parse(expiresAt) - soon.from.getTime()) / MILLISECONDS_OF_DAY);
    return [{ ...one, expiresAt, days }];
  });
  return [...new Map(expiring.map((one) => [one.fingerprint, one])).values()]
    .toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
}

/** The order does not depend on that of relations, so that the status stays as it is. */
function keyOf({ expiresAt, requirer = "", fingerprint }: Expiring): string {
  return [expiresAt, requirer, fingerprint].join(" ");
}

/**
 * Renders a warning as one line of `key=value` pairs for the log.
 *
 * @example A unit's certificate
 * ```ts
 * import assert from "node:assert/strict";
 * const expiresAt = "2026-12-09T10:00:00Z";
 * const one = { kind: "client", fingerprint: "2274", requirer: "a/0", expiresAt, days: 12 } as const;
 * assert.equal(
 *   renderExpiring(one),
 *   "lxd-expiry kind=client fingerprint=2274 requirer=a/0 expires_at=2026-12-09T10:00:00Z days=12",
 * );
 * ```
 */
export function renderExpiring(
  { kind, fingerprint, requirer, expiresAt, days }: Expiring,
): string {
  const who = requirer === undefined ? "" : ` requirer=${writeValue(requirer)}`;
  return line(
    `${EXPIRY_LINE} kind=${kind} fingerprint=${fingerprint}${who} ` +
      `expires_at=${expiresAt} days=${days}`,
  );
}
