/**
 * Finds entries in LXD's trust store that belong to nothing.
 *
 * @module
 */
import type { Relation } from "../juju/read_relations.ts";
import type { Fingerprint } from "../requirer/certificate.ts";
import type { Mark } from "../trust/owner.ts";
import {
  collectorOf,
  isOurs,
  ownerOf,
  type TrustEntry,
  type TrustStore,
} from "../trust/trust_store.ts";

/** What is known of the relations. */
export interface KnownRelations {
  /** Those that Juju shows. */
  readonly relations: readonly Pick<
    Relation,
    "relation" | "wants" | "refused" | "published"
  >[];
  /** Ids of further ones, which Juju refuses to show. */
  readonly unread: ReadonlySet<string>;
  /** Ids of those to collectors of logs and metrics. */
  readonly collectors: ReadonlySet<string>;
  /** Whether this unit knows everything that was ever acted on. */
  readonly isSure: boolean;
}

/** Our entries without a requirer. */
export interface Orphans {
  /** Those to revoke. */
  readonly orphans: readonly TrustEntry[];
  /** Number of shared entries that this unit does not know enough about. */
  readonly unsure: number;
}

/**
 * Finds our entries of relations that are gone, and shared entries that no relation wants and none is
 * told of. A shared entry is an orphan only if every databag was read, by a leader whose view of them is
 * up to date.
 *
 * @param mark The mark of our entries.
 */
export function orphansIn(
  trustStore: TrustStore,
  mark: Mark,
  { relations, unread, collectors, isSure }: KnownRelations,
): Orphans {
  const ids = unread.union(new Set(relations.map(({ relation }) => relation)));
  const wanted = new Set<string>(
    relations.flatMap(({ wants, refused, published }) => [
      ...wants.map(({ certificate }) => certificate.fingerprint),
      ...refused.map(({ fingerprint }) => fingerprint),
      ...published.registered.keys(),
    ]),
  );
  const ours = [...trustStore.values()].map((entry) => ({ entry, owner: ownerOf(entry, mark) }));
  const ofGone = ours.filter(({ owner }) => owner?.kind === "requirer" && !ids.has(owner.relation));
  const metrics = [...trustStore.values()].filter((entry) => {
    const relation = collectorOf(entry, mark);
    return relation !== undefined && !collectors.has(relation);
  });
  const shared = ours.filter(({ entry, owner }) =>
    owner?.kind === "shared" && !wanted.has(entry.fingerprint)
  );
  const isKnown = isSure && unread.size === 0;
  return {
    orphans: [...[...ofGone, ...isKnown ? shared : []].map(({ entry }) => entry), ...metrics],
    unsure: isKnown ? 0 : shared.length,
  };
}

/** Finds all entries of another model's application. */
export function entriesOf(trustStore: TrustStore, mark: Mark): readonly TrustEntry[] {
  return [...trustStore.values()].filter((entry) => isOurs(entry, mark));
}

/** Leaves out the entry of a certificate. */
export function except(
  entries: readonly TrustEntry[],
  ourFingerprint: Fingerprint,
): readonly TrustEntry[] {
  return entries.filter(({ fingerprint }) => fingerprint !== ourFingerprint);
}
