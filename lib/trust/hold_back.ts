/**
 * What is not revoked yet, because a relation that was told of it cannot be told otherwise.
 *
 * @module
 */
import type { Mark } from "./owner.ts";
import type { RelationView } from "./publication.ts";
import type { Step } from "./step.ts";
import { ownerOf, type TrustStore } from "./trust_store.ts";

/**
 * Takes out of a plan the revocations that concern relations which Juju does not let us write to:
 * their own, and of shared entries those that they have been told of.
 *
 * @param revocations The revocations planned.
 * @param unwritten The relations that could not be written to.
 * @param trusted LXD's trust store.
 * @param mark The name of our entries.
 * @returns The revocations that remain.
 */
export function holdBack(
  revocations: readonly Step[],
  unwritten: readonly Pick<RelationView, "relation" | "published">[],
  trusted: TrustStore,
  mark: Mark,
): readonly Step[] {
  return revocations.filter(({ fingerprint }) => {
    const entry = trusted.get(fingerprint);
    const owner = entry && ownerOf(entry, mark);
    return !unwritten.some(({ relation, published }) =>
      owner?.kind === "requirer"
        ? owner.relation === relation
        : published.registered.has(fingerprint)
    );
  });
}
