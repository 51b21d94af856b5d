/**
 * Adopts the entries of the original charm, which was written in Python. It named its entries after
 * the common name in the certificate, so a name alone does not prove that it made an entry. The former
 * publication of this application must list the certificate, too.
 *
 * @module
 */
import { type Fingerprint, firstCertificate } from "../requirer/certificate.ts";
import type { Rejection } from "../requirer/databag.ts";
import { commonName } from "../requirer/distinguished_name.ts";
import { entryName, type Mark, originalName } from "./owner.ts";
import type { Step } from "./step.ts";
import { ownerOf, type TrustEntry, type TrustStore } from "./trust_store.ts";
import type { Published, Want } from "./want.ts";

const ADDRESS_REGEXP = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(%\S+)?)$/;

/** How the original charm's entries are recognized. */
export interface Originals {
  /** The relations, with their former publications. */
  readonly relations: readonly { readonly published: Published }[];
  /** The mark of our entries. */
  readonly mark: Mark;
  /** Fingerprint of our own credential. Its entry is never adopted. */
  readonly ourFingerprint: Fingerprint;
}

/**
 * Marks the entries that the original charm made, so that a plan can contain them.
 *
 * @returns The trust store, with {@linkcode originalName} for the names of those entries.
 */
export function markOriginals(
  trustStore: TrustStore,
  { relations, mark, ourFingerprint }: Originals,
): TrustStore {
  const fingerprints = new Set(relations.flatMap(({ published }) => [...published.original]));
  fingerprints.delete(ourFingerprint);
  if (fingerprints.size === 0) return trustStore;
  const name = originalName(mark);
  return new Map(
    [...trustStore].map(([fingerprint, entry]) => [
      fingerprint,
      fingerprints.has(fingerprint) && isNamedAfterItself(entry) ? { ...entry, name } : entry,
    ]),
  );
}

/** The wants of a relation, after admission. */
export interface Offered {
  /** Id of the relation. */
  readonly relation: string;
  /** The wants that may be registered. */
  readonly admitted: readonly Want[];
  /** The rejections. */
  readonly rejected: readonly Rejection[];
}

/**
 * Plans to adopt certificates of the original charm that are still offered, but rejected now. Such an
 * entry becomes its requirer's, and is revoked as any entry that its requirer may not have.
 *
 * @param relations All relations.
 * @param rules The trust store, with the entries of the original charm marked.
 * @returns The renamings.
 */
export function claim(
  relations: readonly Offered[],
  { trustStore, mark }: { readonly trustStore: TrustStore; readonly mark: Mark },
): readonly Step[] {
  const wanted = new Set(
    relations.flatMap(({ admitted }) => admitted.map(({ certificate }) => certificate.fingerprint)),
  );
  const steps = relations.flatMap(({ relation, rejected }) =>
    rejected.flatMap(({ unit, fingerprint: offered }) => {
      const { fingerprint } = originalOf(offered, trustStore, mark) ?? {};
      if (fingerprint === undefined || wanted.has(fingerprint)) return [];
      const name = entryName(mark, { relation, name: unit }, fingerprint);
      return [[fingerprint, { kind: "rename", fingerprint, name }]] as const;
    })
  );
  return [...new Map(steps).values()];
}

/**
 * Says whether a relation has certificates that are still to be adopted. The former publication is
 * their only proof, so it must stay until then.
 *
 * @param trustStore The trust store, with the entries of the original charm marked.
 */
export function isAdoptionPending(
  { admitted, rejected }: Offered,
  trustStore: TrustStore,
  mark: Mark,
): boolean {
  const wanted = admitted.map(({ certificate }) => certificate);
  return [...wanted, ...rejected].some(({ fingerprint }) =>
    originalOf(fingerprint, trustStore, mark)
  );
}

/** The entry, if the original charm made it. */
function originalOf(
  fingerprint: string | null,
  trustStore: TrustStore,
  mark: Mark,
): TrustEntry | undefined {
  const entry = trustStore.get(fingerprint as Fingerprint);
  return entry && ownerOf(entry, mark)?.kind === "original" ? entry : undefined;
}

function isNamedAfterItself({ type, name, certificate }: TrustEntry): boolean {
  const read = firstCertificate(certificate);
  if (type !== "client" || !read) return false;
  const subject = commonName(read);
  if (subject === undefined) return false;
  // LXD names an entry without a name after the address of the client that adds it.
  if (subject === null || subject === "") return ADDRESS_REGEXP.test(name);
  // LXD keeps a name up to the first zero byte.
  return name === subject.split("\0")[0];
}
