/**
 * Publishes to relations. Only keys that differ are written.
 *
 * @module
 */
import { INTERFACES } from "../relation/mod.ts";
import type { Databag } from "../requirer/databag.ts";
import { isAdoptionPending } from "../trust/adopt.ts";
import { type Facts, publicationOf } from "../trust/publication.ts";
import type { Publication } from "../trust/want.ts";
import { type TrustStore, without } from "../trust/trust_store.ts";
import type { UnitContext } from "./context.ts";
import type { KnownWants, ServedRelation } from "./read_wants.ts";
import { unlessRefused } from "./refusal.ts";
import type { Rejecting } from "./rejections.ts";
import { ERROR_KEY, type Told } from "./tell_error.ts";

/** A relation after its publication. */
export interface PublishedRelation extends Rejecting, Told {
  /** The states of its certificates. */
  readonly certificates: Publication["certificates"];
  /** Whether anything was written. */
  readonly hasChanged: boolean;
  /** Whether Juju refused to write to the relation. */
  readonly isRefused: boolean;
}

/** A publication in the format of its interface. */
export interface RenderedPublication {
  /** Keys of this unit's databag; an empty value deletes its key. */
  readonly databag: Databag;
  /**
   * Whether the application's databag is to hold the same keys, or none; undefined if it keeps the
   * keys that it has.
   */
  readonly isForApplication: boolean | undefined;
}

/** The data that every relation gets. */
export interface Publishing {
  /** The data that every relation may get. */
  readonly facts: Facts;
  /** LXD's trust store, with the entries that are still to be adopted from the original charm. */
  readonly adoptable: TrustStore;
  /** Whether the wants of every requirer are known and up to date. */
  readonly complete: boolean;
}

/** Publishes to each relation what LXD's trust store holds for it. */
export async function publishAll(
  context: UnitContext,
  { relations }: Pick<KnownWants, "relations">,
  { facts, adoptable, complete }: Publishing,
): Promise<readonly PublishedRelation[]> {
  // An entry that LXD refuses to rename is never adopted, so no relation waits for it.
  const awaited = without(adoptable, [...facts.unnamed].map((fingerprint) => ({ fingerprint })));
  return await Promise.all(relations.map(async (view) => {
    const publication = publicationOf(view, facts);
    const { rejected, certificates } = publication;
    const isPending = isAdoptionPending(view, awaited, facts.mark);
    // A unit that does not lead waits for the leader, but not for ever: the original charm may have
    // published to this unit alone.
    if (isPending && (context.isLeader || !complete)) {
      return { ...view, rejected, certificates, hasChanged: false, isRefused: false };
    }
    const { renderPublication, isForApplication } = INTERFACES[view.endpoint];
    const written = await unlessRefused(publish(context, view, {
      databag: renderPublication(publication),
      isForApplication: isForApplication({ ...view, isClustered: facts.isClustered }),
    }));
    const isRefused = written === undefined;
    return { ...view, rejected, certificates, hasChanged: false, ...written, isRefused };
  }));
}

/**
 * Publishes in this unit's databag and, as the leader, in the application's. Data in the latter makes
 * Juju run a `relation-changed` without a unit. Not every requirer survives that, so it is written
 * only for those that read it.
 *
 * @returns Whether anything was written, and the application's databag after it if this unit leads.
 */
export async function publish(
  { juju, application, isLeader }: Omit<UnitContext, "unit" | "mayChange">,
  { relation, databag }: Pick<ServedRelation, "relation" | "databag">,
  { databag: wanted, isForApplication }: RenderedPublication,
): Promise<Pick<PublishedRelation, "hasChanged" | "ofApplication">> {
  const change = difference(databag, wanted);
  const before = isLeader ? await juju.relationGet(relation, application) : undefined;
  const changeOfApplication = before && changeFor(before, wanted, { isForApplication });
  if (change) await juju.relationSet(relation, change, "unit");
  if (!changeOfApplication) return { hasChanged: change !== undefined, ofApplication: before };
  try {
    await juju.relationSet(relation, changeOfApplication, "application");
  } catch (error) {
    // Both or neither: Juju keeps the first change if the hook ends well.
    if (change) await juju.relationSet(relation, formerValues(databag, change), "unit");
    throw error;
  }
  const ofApplication = Object.entries({ ...before, ...changeOfApplication })
    .filter(([, text]) => text !== "");
  return { hasChanged: true, ofApplication: Object.fromEntries(ofApplication) };
}

/** The change of the application's databag. */
function changeFor(
  before: Databag,
  wanted: Databag,
  { isForApplication = Object.keys(before).length > 0 }: Pick<
    RenderedPublication,
    "isForApplication"
  >,
): Databag | undefined {
  const nothing = Object.fromEntries(Object.keys(before).map((key) => [key, ""]));
  if (!isForApplication) return difference(before, nothing);
  const { [ERROR_KEY]: _, ...others } = nothing;
  return difference(before, { ...others, ...wanted });
}

/** The former values of the keys of a change. */
function formerValues(before: Databag, change: Databag): Databag {
  return Object.fromEntries(Object.keys(change).map((key) => [key, before[key] ?? ""]));
}

/** The keys that differ, or undefined if none does. */
function difference(before: Databag, wanted: Databag): Databag | undefined {
  const keys = Object.keys(wanted).filter((key) => (before[key] ?? "") !== wanted[key]);
  return keys.length === 0
    ? undefined
    : Object.fromEntries(keys.map((key) => [key, wanted[key] ?? ""]));
}
