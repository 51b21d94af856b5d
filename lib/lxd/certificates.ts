/**
 * The wire format of LXD's trust store, `/1.0/certificates`.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Fingerprint } from "../requirer/certificate.ts";
import type { Parser } from "../requirer/databag.ts";
import type { Projects } from "../trust/projects.ts";
import type { TrustEntry, TrustStore } from "../trust/trust_store.ts";

/** One certificate as LXD lists it. */
export interface ListedCertificate {
  /** SHA-256 of its DER. */
  readonly fingerprint: string;
  /** Name of its entry. */
  readonly name: string;
  /** `client`, `server` or `metrics`. */
  readonly type: string;
  /** Whether the client is restricted to `projects`. @default {false} */
  readonly restricted?: boolean | undefined;
  /** The projects. LXD keeps them where the restriction was lifted. */
  readonly projects?: readonly string[] | null | undefined;
  /** PEM. */
  readonly certificate: string;
}

/** The access of an entry, in the form of LXD's API. */
export interface Access {
  /** Whether the client is restricted to `projects`. */
  readonly restricted: boolean;
  /** Names of the projects. */
  readonly projects: readonly string[];
}

const Listed = z.object({
  fingerprint: z.string(),
  name: z.string(),
  type: z.string(),
  restricted: z.optional(z.boolean()),
  projects: z.nullish(z.array(z.string())),
  certificate: z.string(),
});

/** Parses the answer to `GET /1.0/certificates/<fingerprint>`. */
export const CERTIFICATE: Parser<ListedCertificate> = Listed;

/** Parses the answer to `GET /1.0/certificates?recursion=1`. Newer LXD answers null for no entry. */
export const CERTIFICATES: Parser<readonly ListedCertificate[] | null> = z.nullable(
  z.array(Listed),
);

/** Reads the trust store from LXD's list. */
export function readTrustStore(listed: readonly ListedCertificate[] | null): TrustStore {
  return new Map((listed ?? []).map(readEntry).map((entry) => [entry.fingerprint, entry]));
}

/** Reads one entry of the trust store. */
export function readEntry({ restricted, projects, ...entry }: ListedCertificate): TrustEntry {
  return {
    ...entry,
    // LXD computes fingerprints as this charm does.
    fingerprint: entry.fingerprint as Fingerprint,
    projects: restricted ? (projects ?? []).toSorted() : null,
  };
}

/**
 * Writes what an entry gives access to. Both keys are always there: LXD 5.0 takes `projects` without
 * `restricted`, and then gives access to everything.
 *
 * @example All of LXD, or one project
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(renderAccess(null), { restricted: false, projects: [] });
 * assert.deepEqual(renderAccess(["web"]), { restricted: true, projects: ["web"] });
 * ```
 */
export function renderAccess(projects: Projects): Access {
  return { restricted: projects !== null, projects: projects ?? [] };
}
