/**
 * Takes over what the original charm, which was written in Python, left in LXD's trust store. It
 * named its entries after the common name in the certificate, so a name alone does not tell whose an
 * entry is: what this application told its relations must tell it, too.
 *
 * @module
 */
import { type Fingerprint, firstCertificate } from "../requirer/certificate.ts";
import { commonName } from "../requirer/distinguished_name.ts";
import { entryName, type Mark, originalName } from "./owner.ts";
import type { Step } from "./step.ts";
import { ownerOf, type TrustEntry, type TrustStore } from "./trust_store.ts";
import type { Published, Want } from "./want.ts";
import type { Rejection } from "../requirer/databag.ts";

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

/** What the requirers of a relation offer. */
export interface Offered {
  /** Id of the relation. */
  readonly relation: string;
  /** What may be registered. */
  readonly admitted: readonly Want[];
  /** What may not. */
  readonly rejected: readonly Rejection[];
}

/**
 * Plans to take over what the original charm registered, and what is offered still but may not be
 * registered: it becomes its requirer's, and is revoked as what that one may not have.
 *
 * @param relations What is offered in every relation.
 * @param trustStore LXD's trust store, with the entries marked.
 * @param mark The name of our entries.
 * @returns The steps.
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
 * Says whether a relation has certificates that are still to be taken over. What it was told is what
 * they are known by, so nothing else may be told before.
 *
 * @param offered What is offered in the relation.
 * @param trustStore LXD's trust store as it is now, with the entries marked.
 * @param mark The name of our entries.
 * @returns Whether there are any.
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
  // LXD names what comes without a name after the address that it comes from.
  if (subject === null || subject === "") return ADDRESS_REGEXP.test(name);
  // LXD keeps a name up to the first zero byte.
  return name === subject.split("\0")[0];
}
