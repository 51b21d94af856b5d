/**
 * Joins the entries in LXD's trust store with what was published about them.
 *
 * @module
 */
import type { Endpoint } from "../relation/mod.ts";
import type { Fingerprint } from "../requirer/certificate.ts";
import type { CertificateState, Rejection } from "../requirer/databag.ts";
import { expiryOf } from "../trust/expiry.ts";
import type { Mark, Owner } from "../trust/owner.ts";
import { collectorOf, ownerOf, type TrustEntry, type TrustStore } from "../trust/trust_store.ts";
import type { Published } from "../trust/want.ts";
import { type Row, writeProjects } from "./rows.ts";

/** A relation, with this unit's publication to it. */
export interface KnownRelation {
  /** Our endpoint of it. */
  readonly endpoint: Endpoint;
  /** Its number. */
  readonly relation: string;
  /** The application at the other end; undefined if Juju does not show it. */
  readonly application: string | undefined;
  /** The publication; undefined if Juju does not show it. */
  readonly published: Published | undefined;
}

/** A certificate of a relation. */
interface Item {
  readonly fingerprint: string | null;
  readonly requirer: string | undefined;
  readonly state: string;
  readonly expires: string | null;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
}

const REASONS = {
  missing: "published as trusted, but LXD has no such entry: run the action reconcile",
  unpublished: "LXD has the entry, and the relation is not told: run the action reconcile",
  orphan: "no relation has it: run the action purge-orphans",
} as const;

/**
 * Lists our entries, and the certificates that are pending or rejected, sorted by relation. An entry
 * that several relations share is listed for each of them.
 *
 * @param mark The mark of our entries.
 */
export function certificateRows(
  relations: readonly KnownRelation[],
  trustStore: TrustStore,
  mark: Mark,
): readonly Row[] {
  const ours = new Map(
    [...trustStore].flatMap(([fingerprint, entry]) => {
      const owner = ownerOf(entry, mark);
      return owner ? [[fingerprint, { entry, owner }] as const] : [];
    }),
  );
  const listed = new Set<string>();
  const rows = relations.flatMap(({ endpoint, relation, application, published }) => {
    const items = published ? itemsOf(published, trustStore) : [];
    for (const { fingerprint } of items) if (fingerprint) listed.add(fingerprint);
    return items.map(({ requirer, ...item }) => {
      const own = ours.get(item.fingerprint as Fingerprint);
      const name = requirer ?? nameOf(own?.owner, relation) ?? application;
      return rowOf({ ...item, requirer: name }, own?.entry, `${endpoint}:${relation}`);
    });
  });
  const names = new Map(relations.map(({ endpoint, relation }) => [relation, endpoint]));
  const others = [...ours].filter(([fingerprint]) => !listed.has(fingerprint))
    .map(([fingerprint, { entry, owner }]) => {
      const relation = owner.kind === "requirer" ? owner.relation : undefined;
      const endpoint = names.get(relation ?? "");
      const state = endpoint === undefined ? "orphan" : "unpublished";
      const item = {
        fingerprint,
        requirer: nameOf(owner, relation) ?? owner.kind,
        state,
        expires: expiryOf(entry.certificate),
        reason: REASONS[state],
      } as const;
      return rowOf(item, entry, relation && `${endpoint ?? "gone"}:${relation}`);
    });
  return [...rows, ...others];
}

function rowOf(
  { expires, code, reason, ...item }: Item,
  entry: TrustEntry | undefined,
  relation: string | undefined,
): Row {
  const projects = entry && item.state !== "rejected" ? writeProjects(entry.projects) : undefined;
  return { ...item, relation, projects, expires, code, reason };
}

function itemsOf(
  { certificates, rejected, registered }: Published,
  trustStore: TrustStore,
): readonly Item[] {
  const told = [...certificates.values()].map((one) => itemOf(one, { rejected, trustStore }));
  // A former version published no states.
  const untold = [...registered.keys()].filter((fingerprint) => !certificates.has(fingerprint))
    .map((fingerprint) =>
      itemOf({ fingerprint, state: "trusted", projects: null, expires_at: null }, {
        rejected,
        trustStore,
      })
    );
  const further = rejected.filter(({ fingerprint }) => !certificates.has(fingerprint ?? ""))
    .map(({ unit, fingerprint, code, reason }) => ({
      fingerprint,
      requirer: unit,
      state: "rejected",
      expires: null,
      code,
      reason,
    }));
  return [...told, ...untold, ...further];
}

function itemOf(
  certificate: CertificateState,
  { rejected, trustStore }: {
    readonly rejected: readonly Rejection[];
    readonly trustStore: TrustStore;
  },
): Item {
  const { fingerprint, state, expires_at } = certificate;
  const entry = trustStore.get(fingerprint as Fingerprint);
  const expires = expires_at ?? (entry ? expiryOf(entry.certificate) : null);
  const item = { fingerprint, requirer: undefined, state, expires };
  if (certificate.state === "rejected") {
    const { unit } = rejected.find((one) => one.fingerprint === fingerprint) ?? {};
    const { code, reason } = certificate;
    return { ...item, requirer: unit, code, reason };
  }
  return certificate.state === "trusted" && !entry
    ? { ...item, state: "missing", reason: REASONS.missing }
    : item;
}

/** The relations to collectors of logs and metrics. */
export interface KnownCollectors {
  /** Our endpoint of them. */
  readonly endpoint: string;
  /** Their numbers. */
  readonly relations: ReadonlySet<string>;
}

/**
 * Lists our entries by which collectors read metrics.
 *
 * @param mark The mark of our entries.
 */
export function metricsRows(
  { endpoint, relations }: KnownCollectors,
  trustStore: TrustStore,
  mark: Mark,
): readonly Row[] {
  return [...trustStore.values()].flatMap((entry) => {
    const relation = collectorOf(entry, mark);
    if (relation === undefined) return [];
    const isKnown = relations.has(relation);
    const item = {
      fingerprint: entry.fingerprint,
      requirer: endpoint,
      state: isKnown ? "trusted" : "orphan",
      expires: expiryOf(entry.certificate),
      reason: isKnown ? undefined : REASONS.orphan,
    };
    return [rowOf(item, entry, `${isKnown ? endpoint : "gone"}:${relation}`)];
  });
}

/** Names the requirer of an entry: the number at the end of a slug is that of a unit. */
function nameOf(owner: Owner | undefined, relation: string | undefined): string | undefined {
  if (owner?.kind !== "requirer" || owner.relation !== relation) return undefined;
  return owner.slug.replace(/-(\d+)$/, "/$1");
}
