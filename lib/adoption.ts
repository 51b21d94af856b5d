/**
 * Takes over what the original charm, which was written in Python, left in LXD's trust store. It
 * named its entries after the common name in the certificate, so a name alone does not tell whose an
 * entry is: what this application told its relations must tell it, too.
 *
 * @module
 */
import { firstCertificate } from "./certificate.ts";
import { commonName } from "./distinguished_name.ts";
import { type Mark, originalName } from "./owner.ts";
import { ownerOf } from "./plan.ts";
import type { Published, Want } from "./relation.ts";
import type { TrustEntry, TrustStore } from "./trust_store.ts";

const ADDRESS_REGEXP = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(%\S+)?)$/;

/**
 * Marks the entries that the original charm made, so that they can be planned for.
 *
 * @param trusted LXD's trust store.
 * @param published What the relations had been told.
 * @param mark The name of our entries.
 * @returns The trust store, with {@linkcode originalName} for the names of those entries.
 */
export function markOriginals(
  trusted: TrustStore,
  published: readonly Published[],
  mark: Mark,
): TrustStore {
  const told = new Set(published.flatMap(({ original }) => [...original]));
  if (told.size === 0) return trusted;
  const name = originalName(mark);
  return new Map(
    [...trusted].map(([fingerprint, entry]) => [
      fingerprint,
      told.has(fingerprint) && isNamedAfterItself(entry) ? { ...entry, name } : entry,
    ]),
  );
}

/**
 * Says whether a relation has certificates that are still to be taken over. What it was told is what
 * they are known by, so nothing else may be told before.
 *
 * @param wants The certificates wanted by the relation.
 * @param trusted LXD's trust store as it is now, with the entries marked.
 * @param mark The name of our entries.
 * @returns Whether there are any.
 */
export function isAdoptionPending(
  wants: readonly Want[],
  trusted: TrustStore,
  mark: Mark,
): boolean {
  return wants.some(({ certificate: { fingerprint } }) => {
    const entry = trusted.get(fingerprint);
    return entry !== undefined && ownerOf(entry, mark)?.kind === "original";
  });
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
