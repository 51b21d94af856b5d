/**
 * Which revocations are done after the additions and the publication.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";
import type { Mark } from "./owner.ts";
import { isWithin } from "./projects.ts";
import type { RelationView } from "./publication.ts";
import type { Step } from "./step.ts";
import { ownerOf, type TrustStore } from "./trust_store.ts";

/** The reasons to hold back revocations. */
export interface Publications {
  /** The relations that were published to. */
  readonly publications: readonly (Pick<RelationView, "relation" | "published"> & {
    /** Whether Juju refused to write to the relation. */
    readonly isRefused: boolean;
  })[];
  /** Whether a requirer is gone. Its entries are revoked even if Juju refuses a publication. */
  readonly isParting?: boolean;
  /** LXD's trust store. */
  readonly trustStore: TrustStore;
  /** The mark of our entries. */
  readonly mark: Mark;
}

/**
 * Removes from a plan the revocations that concern relations which Juju refused to write to. These
 * are the entries of the relation, and the shared entries that it lists as registered.
 *
 * @returns The remaining revocations.
 */
export function holdBack(
  revocations: readonly Step[],
  { publications, isParting = false, trustStore, mark }: Publications,
): readonly Step[] {
  const unwritten = isParting ? [] : publications.filter(({ isRefused }) => isRefused);
  return revocations.filter(({ fingerprint }) => {
    const entry = trustStore.get(fingerprint);
    const owner = entry && ownerOf(entry, mark);
    return !unwritten.some(({ relation, published }) =>
      owner?.kind === "requirer"
        ? owner.relation === relation
        : published.registered.has(fingerprint)
    );
  });
}

/** The result of a plan's changes in LXD. */
export interface Changed {
  /** The trust store after them. */
  readonly trustStore: TrustStore;
  /** The certificates that LXD refused. */
  readonly refused: ReadonlyMap<Fingerprint, unknown>;
}

/**
 * Plans to revoke entries that LXD refused to restrict, and that give more access than their
 * requirers want. An entry of several applications stays if the operator allows its access: the wish
 * of one application must not take the access of another one.
 *
 * @param changes The changes that were tried.
 * @returns The revocations.
 */
export function revokeExcess(
  changes: readonly Step[],
  { trustStore, refused }: Changed,
): readonly Step[] {
  return changes.flatMap((step) => {
    const entry = trustStore.get(step.fingerprint);
    if (step.kind !== "restrict" || !entry || !refused.has(step.fingerprint)) return [];
    const { projects, tolerated = projects } = step;
    if (isWithin(entry.projects, tolerated)) return [];
    return [{ kind: "revoke", fingerprint: step.fingerprint, name: entry.name }];
  });
}
