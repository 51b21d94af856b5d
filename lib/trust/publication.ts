/**
 * Composes publications: the state of LXD's trust store for a relation, and nothing that it lacks.
 *
 * @module
 */
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { Rejection } from "../requirer/databag.ts";
import type { Reason } from "../requirer/reason.ts";
import { rejection } from "./admit.ts";
import { boundRejections } from "./bound_rejections.ts";
import { statesOf } from "./certificate_states.ts";
import type { Soon } from "./expiry.ts";
import { type Mark, type Requirer, slug } from "./owner.ts";
import { isWithin } from "./projects.ts";
import { ownerOf, type TrustStore } from "./trust_store.ts";
import type { CodedRejection, Node, Publication, Published, Want } from "./want.ts";

/** One relation, with the known wants and the former publication. */
export interface RelationView {
  /** Id of the relation. */
  readonly relation: string;
  /** The one requirer that was read; undefined if all of them were read. */
  readonly only: Requirer | undefined;
  /** The admitted wants of the requirers that were read. */
  readonly admitted: readonly Want[];
  /** The rejections of the requirers that were read. */
  readonly rejected: readonly CodedRejection[];
  /** The certificates of the requirers that were read, admitted or not. */
  readonly sent: readonly Certificate[];
  /** The former publication. */
  readonly published: Published;
  /**
   * Certificates that stay published although no known want names them. A requirer that this unit has
   * not read may want them.
   */
  readonly kept: ReadonlyMap<Fingerprint, string>;
  /** Certificates that stay pending although no known want names them, for the same reason. */
  readonly awaited: ReadonlySet<Fingerprint>;
}

/** Facts about LXD, the same for every relation. */
export interface Facts {
  /** The active nodes. */
  readonly nodes: readonly Node[];
  /** Whether LXD is a cluster. */
  readonly isClustered: boolean;
  /** Addresses that the server listens at, `host:port`. */
  readonly addresses: readonly string[];
  /** The certificate that every node presents. */
  readonly server: Certificate;
  /** LXD's trust store, without the entries that are about to be revoked. */
  readonly trustStore: TrustStore;
  /** Certificates that LXD refused in this hook, with its reasons. */
  readonly refused: ReadonlyMap<Fingerprint, Reason>;
  /** Entries that LXD refused to rename in this hook. */
  readonly unnamed: ReadonlySet<Fingerprint>;
  /** The mark of our entries. */
  readonly mark: Mark;
  /** The times of which requirers are warned if a certificate expires then. */
  readonly soon: Soon;
}

/** Composes the publication to a relation. */
export function publicationOf(view: RelationView, facts: Facts): Publication {
  const { nodes, isClustered, addresses, server, trustStore, unnamed, mark } = facts;
  const refusals = refusalsOf(view, facts);
  const isRefused = new Set<string | null>(refusals.map(({ fingerprint }) => fingerprint));
  const served = new Map([...trustStore].filter(([fingerprint]) => !isRefused.has(fingerprint)));
  const registered = registeredOf(view, { ...facts, trustStore: served });
  const pending = [...registered.keys()].filter((fingerprint) => {
    const entry = trustStore.get(fingerprint);
    return entry && unnamed.has(fingerprint) && ownerOf(entry, mark)?.kind === "original";
  });
  const rejected = boundRejections(
    rejectedOf({ ...view, rejected: [...view.rejected, ...refusals] }),
  );
  const awaited = awaitedOf(view).filter((fingerprint) => !isRefused.has(fingerprint));
  return {
    nodes,
    isClustered,
    addresses,
    registered,
    pending: new Set(pending),
    server,
    rejected,
    certificates: statesOf({
      ...view,
      trustStore,
      registered: registered.keys(),
      awaited,
      rejected,
      soon: facts.soon,
    }),
  };
}

/** The certificates that are wanted, and may be registered. */
function awaitedOf({ admitted, awaited }: RelationView): readonly Fingerprint[] {
  return [...awaited, ...admitted.map(({ certificate }) => certificate.fingerprint)];
}

/**
 * Rejects the wants that LXD refused. Another want of the same certificate stays registered if the
 * entry covers it.
 */
function refusalsOf(
  { admitted }: RelationView,
  { trustStore, refused, mark }: Pick<Facts, "trustStore" | "refused" | "mark">,
): readonly CodedRejection[] {
  return admitted.flatMap((want) => {
    const { certificate: { fingerprint }, projects } = want;
    const [reason, entry] = [refused.get(fingerprint), trustStore.get(fingerprint)];
    const isCovered = entry && ownerOf(entry, mark) && isWithin(projects, entry.projects);
    return reason === undefined || isCovered ? [] : [rejection(want, reason)];
  });
}

/**
 * Lists the certificates of a relation that are in the trust store. Some are wanted by requirers that
 * were read. The others belong to requirers that were not read, by the names of their entries.
 *
 * @returns The certificates, as their requirers wrote them.
 */
export function registeredOf(
  view: RelationView,
  { trustStore, mark, unnamed }: Pick<Facts, "trustStore" | "mark" | "unnamed">,
): ReadonlyMap<Fingerprint, string> {
  const { relation, only, admitted, rejected, published, kept } = view;
  // A rejected certificate is revoked, now or in its requirer's next hook.
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
    // The leader may revoke an entry that names another relation alone. It is published once the
    // leader has made it a shared entry, or LXD has refused that name.
    const isOthers = owner?.kind === "requirer" && owner.relation !== relation &&
      !unnamed.has(fingerprint);
    if (!entry || isOthers) continue;
    const texts = wants.map(({ text }) => text).sort();
    // If two requirers write the same certificate differently, the published text stays.
    const before = published.registered.get(fingerprint);
    const text = texts.find((text) => text === before) ?? texts[0];
    if (text !== undefined) registered.set(fingerprint, text);
  }
  return registered;
}

/**
 * Lists the rejections of a relation: new ones of the requirers that were read, and published ones of
 * the others.
 */
export function rejectedOf({ only, rejected, published }: RelationView): readonly Rejection[] {
  if (!only) return rejected;
  return [
    ...published.rejected.filter(({ unit }) => unit !== only.name),
    ...rejected.filter(({ unit }) => unit === only.name),
  ];
}

/**
 * Finds published certificates that may have another owner: no known want names them, and their
 * entries are shared or foreign. Only further databags tell whether another requirer wants them.
 *
 * @returns Their fingerprints.
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
 * Finds published certificates that are pending, and that no known want names. No entry of the relation
 * tells whose they are. Only its further databags tell whether another requirer wants them.
 *
 * @returns Their fingerprints.
 */
export function pendingOf(
  { relation, admitted, published }: Pick<RelationView, "relation" | "admitted" | "published">,
  { trustStore, mark }: Pick<Facts, "trustStore" | "mark">,
): readonly Fingerprint[] {
  const wanted = new Set<string>(admitted.map(({ certificate }) => certificate.fingerprint));
  return [...published.certificates.values()].flatMap(({ fingerprint, state }) => {
    if (state !== "pending" || wanted.has(fingerprint)) return [];
    const entry = trustStore.get(fingerprint as Fingerprint);
    const owner = entry && ownerOf(entry, mark);
    const isOfRelation = owner?.kind === "requirer" && owner.relation === relation;
    return isOfRelation ? [] : [fingerprint as Fingerprint];
  });
}

/**
 * Finds the rejections that are not published yet.
 *
 * @example One that is, and one that is not
 * ```ts
 * import assert from "node:assert/strict";
 * import type { Rejection } from "../requirer/databag.ts";
 * const [old, added] = ["old", "new"].map((reason) => ({ unit: "a/0", fingerprint: null, reason }));
 * assert.deepEqual(newRejections({ rejected: [old] as Rejection[] }, [old, added] as Rejection[]), [added]);
 * ```
 */
export function newRejections(
  published: Pick<Published, "rejected">,
  rejected: readonly Rejection[],
): readonly Rejection[] {
  const before = new Set(published.rejected.map(identify));
  return rejected.filter((rejection) => !before.has(identify(rejection)));
}

/** Former versions published no code, so the code is no part of it. */
function identify({ unit, fingerprint, reason }: Rejection): string {
  return JSON.stringify([unit, fingerprint, reason]);
}
