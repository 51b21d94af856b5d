/**
 * LXD's trust store as the rest of the library thinks of it.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";
import { type Mark, type Owner, parseOwner } from "./owner.ts";
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

/**
 * Says whose an entry is. Only clients' entries are ever ours: one of another type is foreign
 * whatever it is called.
 *
 * @param entry An entry of LXD's trust store.
 * @param mark Our mark.
 * @returns The owner, or undefined where the entry is foreign.
 */
export function ownerOf(entry: TrustEntry, mark: Mark): Owner | undefined {
  return entry.type === "client" ? parseOwner(mark, entry.name) : undefined;
}
