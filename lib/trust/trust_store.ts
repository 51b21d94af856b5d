/**
 * LXD's trust store, and whose its entries are.
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
  /** Name of the entry: free text. Our entries have our mark. */
  readonly name: string;
  /** `client`, `server` or `metrics`. */
  readonly type: string;
  /** The projects that the client is restricted to; null for all of LXD. */
  readonly projects: Projects;
  /** The certificate as PEM. */
  readonly certificate: string;
}

/** The trust store, by fingerprint. */
export type TrustStore = ReadonlyMap<Fingerprint, TrustEntry>;

/**
 * Finds the owner of an entry. Only entries of the type `client` are ours. An entry of another type
 * is foreign, whatever its name is.
 *
 * @example Our entry, and one like it
 * ```ts
 * import assert from "node:assert/strict";
 * import { createMark } from "./owner.ts";
 * const mark = createMark("lxd-integrator", "6f1c");
 * const name = "lxd-integrator@6f1c:shared:2274d312f072";
 * assert.deepEqual(ownerOf({ type: "client", name }, mark), { kind: "shared" });
 * assert.equal(ownerOf({ type: "metrics", name }, mark), undefined);
 * ```
 *
 * @returns The owner, or undefined if the entry is foreign.
 */
export function ownerOf(
  { type, name }: Pick<TrustEntry, "type" | "name">,
  mark: Mark,
): Owner | undefined {
  return type === "client" ? parseOwner(mark, name) : undefined;
}

/** Counts the entries with our mark. Entries of the original charm have none. */
export function countOurs(trustStore: TrustStore, mark: Mark): number {
  const owners = [...trustStore.values()].map((entry) => ownerOf(entry, mark));
  return owners.filter((owner) => owner && owner.kind !== "original").length;
}

/** Removes the entries of certificates from a trust store. */
export function without(
  trustStore: TrustStore,
  certificates: readonly Pick<TrustEntry, "fingerprint">[],
): TrustStore {
  const gone = new Set(certificates.map(({ fingerprint }) => fingerprint));
  return new Map([...trustStore].filter(([fingerprint]) => !gone.has(fingerprint)));
}
