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

/**
 * Marks the entries that the original charm made, so that they can be planned for. The entry of our
 * own credential is none of them, whatever was told.
 *
 * @param trusted LXD's trust store.
 * @param published What the relations had been told.
 * @param names The name of our entries, and the certificate of our own credential.
 * @returns The trust store, with {@linkcode originalName} for the names of those entries.
 */
export function markOriginals(
  trusted: TrustStore,
  published: readonly Published[],
  { mark, own }: { readonly mark: Mark; readonly own: Fingerprint },
): TrustStore {
  const told = new Set(published.flatMap(({ original }) => [...original]));
  told.delete(own);
  if (told.size === 0) return trusted;
  const name = originalName(mark);
  return new Map(
    [...trusted].map(([fingerprint, entry]) => [
      fingerprint,
      told.has(fingerprint) && isNamedAfterItself(entry) ? { ...entry, name } : entry,
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
 * @param trusted LXD's trust store, with the entries marked.
 * @param mark The name of our entries.
 * @returns The steps.
 */
export function claim(
  relations: readonly Offered[],
  trusted: TrustStore,
  mark: Mark,
): readonly Step[] {
  const wanted = new Set(
    relations.flatMap(({ admitted }) => admitted.map(({ certificate }) => certificate.fingerprint)),
  );
  const steps = relations.flatMap(({ relation, rejected }) =>
    rejected.flatMap(({ unit, fingerprint: offered }) => {
      const { fingerprint } = originalOf(offered, trusted, mark) ?? {};
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
 * @param trusted LXD's trust store as it is now, with the entries marked.
 * @param mark The name of our entries.
 * @returns Whether there are any.
 */
export function isAdoptionPending(
  { admitted, rejected }: Offered,
  trusted: TrustStore,
  mark: Mark,
): boolean {
  const wanted = admitted.map(({ certificate }) => certificate);
  return [...wanted, ...rejected].some(({ fingerprint }) => originalOf(fingerprint, trusted, mark));
}

/** The entry, if the original charm made it. */
function originalOf(
  fingerprint: string | null,
  trusted: TrustStore,
  mark: Mark,
): TrustEntry | undefined {
  const entry = trusted.get(fingerprint as Fingerprint);
  return entry && ownerOf(entry, mark)?.kind === "original" ? entry : undefined;
}

function isNamedAfterItself({ type, name, certificate }: TrustEntry): boolean {
  const read = firstCertificate(certificate);
  if (type !== "client" || !read) return false;
  const own = commonName(read);
  if (own === undefined) return false;
  // LXD names what comes without a name after the address that it comes from.
  if (own === null || own === "") return ADDRESS_REGEXP.test(name);
  // LXD keeps a name up to the first zero byte.
  return name === own.split("\0")[0];
}
