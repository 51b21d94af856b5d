/**
 * What a relation may be told: only what LXD's trust store holds.
 *
 * @module
 */
import { rejection } from "./admit.ts";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { type Mark, type Requirer, slug } from "./owner.ts";
import { ownerOf, type TrustStore } from "./trust_store.ts";
import type { Node, Publication, Published, Want } from "./want.ts";
import type { Rejection } from "../requirer/databag.ts";

/** What is known of one relation. */
export interface RelationView {
  /** Id of the relation. */
  readonly relation: string;
  /** The one requirer that the event is about; undefined where it is about all of them. */
  readonly only: Requirer | undefined;
  /** The certificates that the requirers read want and may have. */
  readonly admitted: readonly Want[];
  /** The rejections of the requirers read. */
  readonly rejected: readonly Rejection[];
  /** What the relation has been told before. */
  readonly published: Published;
  /**
   * Certificates to go on telling of, though nobody read is known to want them: this unit may not
   * know all that was acted on.
   */
  readonly kept: ReadonlyMap<Fingerprint, string>;
}

/** What every relation may be told. */
export interface Facts {
  /** The active nodes. */
  readonly nodes: readonly Node[];
  /** Whether LXD is a cluster. */
  readonly isClustered: boolean;
  /** What the server that was asked listens at. */
  readonly addresses: readonly string[];
  /** The certificate that every node presents. */
  readonly server: Certificate;
  /** LXD's trust store, without what is about to be revoked. */
  readonly trustStore: TrustStore;
  /** What LXD has just refused, with its reasons. */
  readonly refused: ReadonlyMap<Fingerprint, string>;
  /** The entries that LXD has just not let us rename. */
  readonly unnamed: ReadonlySet<Fingerprint>;
  /** The name of our entries. */
  readonly mark: Mark;
}

/**
 * Composes what a relation is told.
 *
 * @param view What is known of the relation.
 * @param facts What every relation may be told.
 * @returns The publication.
 */
export function publicationOf(view: RelationView, facts: Facts): Publication {
  const { nodes, isClustered, addresses, server, trustStore, refused, unnamed, mark } = facts;
  const refusals = view.admitted.flatMap((want) => {
    const reason = refused.get(want.certificate.fingerprint);
    return reason === undefined ? [] : [rejection(want, reason)];
  });
  const served = new Map([...trustStore].filter(([fingerprint]) => !refused.has(fingerprint)));
  const registered = registeredOf(view, { ...facts, trustStore: served });
  const pending = [...registered.keys()].filter((fingerprint) => {
    const entry = trustStore.get(fingerprint);
    return entry && unnamed.has(fingerprint) && ownerOf(entry, mark)?.kind === "original";
  });
  return {
    nodes,
    isClustered,
    addresses,
    registered,
    pending: new Set(pending),
    server,
    rejected: rejectedOf({ ...view, rejected: [...view.rejected, ...refusals] }),
  };
}

/**
 * Lists the certificates of a relation that are in the trust store: those that are wanted, and those
 * of requirers that were not read, which the names of their entries tell.
 *
 * @param view What is known of the relation.
 * @param facts LXD's trust store as it is about to be, the name of our entries, and which of them
 * could not be renamed.
 * @returns The certificates, as their requirers wrote them.
 */
export function registeredOf(
  view: RelationView,
  { trustStore, mark, unnamed }: Pick<Facts, "trustStore" | "mark" | "unnamed">,
): ReadonlyMap<Fingerprint, string> {
  const { relation, only, admitted, rejected, published, kept } = view;
  // What its requirer may not have is about to be revoked, now or in that one's next hook.
  const refused = new Set(rejected.map(({ unit, fingerprint }) => `${slug(unit)} ${fingerprint}`));
  const registered = new Map([...kept].filter(([fingerprint]) => trustStore.has(fingerprint)));
  for (const entry of trustStore.values()) {
    const owner = ownerOf(entry, mark);
    if (owner?.kind !== "requirer" || owner.relation !== relation) continue;
    if (only && owner.slug === slug(only.name)) continue;
    if (refused.has(`${owner.slug} ${entry.fingerprint}`)) continue;
    registered.set(
      entry.fingerprint,
      published.registered.get(entry.fingerprint) ?? entry.certificate,
    );
  }
  const wanted = Map.groupBy(admitted, ({ certificate }) => certificate.fingerprint);
  for (const [fingerprint, wants] of wanted) {
    const entry = trustStore.get(fingerprint);
    const owner = entry && ownerOf(entry, mark);
    // As long as the entry bears another relation's name alone, the leader may revoke it for that
    // one's sake. It is told once the leader has made it a shared one, or LXD does not let it.
    const isOthers = owner?.kind === "requirer" && owner.relation !== relation &&
      !unnamed.has(fingerprint);
    if (!entry || isOthers) continue;
    const texts = wants.map(({ text }) => text).sort();
    // Where two requirers write the same certificate differently, what was told before stays.
    const before = published.registered.get(fingerprint);
    const text = texts.find((text) => text === before) ?? texts[0];
    if (text !== undefined) registered.set(fingerprint, text);
  }
  return registered;
}

/**
 * Lists the rejections of a relation: the new ones of the requirers read, and the former ones of
 * those that were not.
 *
 * @param view What is known of the relation.
 * @returns The rejections.
 */
export function rejectedOf({ only, rejected, published }: RelationView): readonly Rejection[] {
  if (!only) return rejected;
  return [
    ...published.rejected.filter(({ unit }) => unit !== only.name),
    ...rejected.filter(({ unit }) => unit === only.name),
  ];
}

/**
 * Finds the certificates that the names in the trust store do not settle: the relation was told
 * that they are registered, the requirer that was read does not want them, and they are shared or
 * foreign. Whether another requirer wants them is to be read from the databags.
 *
 * @param view What is known of the relation.
 * @param trustStore LXD's trust store.
 * @param mark The name of our entries.
 * @returns The fingerprints.
 */
export function unsettledOf(
  { admitted, published }: Pick<RelationView, "admitted" | "published">,
  { trustStore, mark }: Pick<Facts, "trustStore" | "mark">,
): readonly Fingerprint[] {
  const wanted = new Set(admitted.map(({ certificate }) => certificate.fingerprint));
  return [...published.registered.keys()].filter((fingerprint) => {
    const entry = trustStore.get(fingerprint);
    if (!entry || wanted.has(fingerprint)) return false;
    return ownerOf(entry, mark)?.kind !== "requirer";
  });
}

/**
 * Finds the rejections that a relation has not been told of.
 *
 * @param published What the relation has been told before.
 * @param rejected The rejections as they are.
 * @returns The new ones.
 */
export function newRejections(
  published: Published,
  rejected: readonly Rejection[],
): readonly Rejection[] {
  const before = new Set(published.rejected.map(identify));
  return rejected.filter((rejection) => !before.has(identify(rejection)));
}

function identify({ unit, fingerprint, reason }: Rejection): string {
  return JSON.stringify([unit, fingerprint, reason]);
}
