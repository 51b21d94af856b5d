/**
 * LXD's trust store as the rest of the library thinks of it.
 *
 * @module
 */
import type { Fingerprint } from "./certificate.ts";

/** One entry of the trust store. */
export interface TrustEntry {
  /** SHA-256 of the certificate. */
  readonly fingerprint: Fingerprint;
  /** Free text; ours bears our mark. */
  readonly name: string;
  /** `client`, `server` or `metrics`. */
  readonly type: string;
  /** Whether the client is confined to `projects`. */
  readonly restricted: boolean;
  /** The projects a restricted client may use, sorted. */
  readonly projects: readonly string[];
  /** The certificate as PEM. */
  readonly certificate: string;
}

/** The trust store, by fingerprint. */
export type TrustStore = ReadonlyMap<Fingerprint, TrustEntry>;

/**
 * Says whether a client entry gives no more access than a restriction allows.
 *
 * @param entry An entry of the trust store.
 * @param projects The projects allowed; null for all of LXD.
 * @returns Whether the entry is as narrow or narrower.
 */
export function within(entry: TrustEntry, projects: readonly string[] | null): boolean {
  return projects === null ||
    entry.restricted &&
      entry.projects.every((project) => projects.includes(project));
}
