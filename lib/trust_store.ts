/**
 * LXD's trust store as the rest of the library thinks of it.
 *
 * @module
 */
import type { Fingerprint } from "./certificate.ts";
import type { Projects } from "./projects.ts";

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
 * Says what a client entry gives access to.
 *
 * @param entry An entry of the trust store.
 * @returns The projects.
 */
export function projectsOf({ restricted, projects }: TrustEntry): Projects {
  return restricted ? projects : null;
}
