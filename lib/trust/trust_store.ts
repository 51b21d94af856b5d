/**
 * LXD's trust store, and whose its entries are.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";
import { type Mark, type Owner, parseOwner } from "./owner.ts";
import type { Projects } from "./projects.ts";

/** The types of our entries. A certificate of the type `metrics` may read metrics, and nothing else. */
export type EntryType = "client" | "metrics";

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
 * Finds the owner of an entry. Only an entry of the type `client` has one: an entry of another type
 * is foreign to requirers, whatever its name is.
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

/** The name of every entry for a collector has this in the place of a requirer. */
export const COLLECTOR = "cos-agent";

/**
 * Finds the relation to a collector that an entry of the type `metrics` is for. Such an entry is no
 * requirer's: {@linkcode ownerOf} takes it for foreign.
 *
 * @example Our entry, and somebody else's
 * ```ts
 * import assert from "node:assert/strict";
 * import { createMark } from "./owner.ts";
 * const mark = createMark("lxd-integrator", "6f1c");
 * const name = "lxd-integrator@6f1c:7:cos-agent:2274d312f072";
 * assert.equal(collectorOf({ type: "metrics", name }, mark), "7");
 * const other = "lxd-integrator@6f1c:7:my-charm-0:2274d312f072";
 * assert.equal(collectorOf({ type: "metrics", name: other }, mark), undefined);
 * ```
 *
 * @returns Id of the relation, or undefined if the entry is not ours, or of another type.
 */
export function collectorOf(
  { type, name }: Pick<TrustEntry, "type" | "name">,
  mark: Mark,
): string | undefined {
  const owner = type === "metrics" ? parseOwner(mark, name) : undefined;
  return owner?.kind === "requirer" && owner.slug === COLLECTOR ? owner.relation : undefined;
}

/** Says whether an entry is ours, of whatever type. */
export function isOurs(entry: Pick<TrustEntry, "type" | "name">, mark: Mark): boolean {
  return ownerOf(entry, mark) !== undefined || collectorOf(entry, mark) !== undefined;
}

/** Counts the client entries with our mark. Entries of the original charm have none. */
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
