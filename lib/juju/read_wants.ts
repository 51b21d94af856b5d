/**
 * Reads which requirers want which certificates. The names in LXD's trust store tell most of it.
 * Further databags are read only for certificates whose names do not.
 *
 * @module
 */
import { INTERFACES } from "../relation/mod.ts";
import type { Databag } from "../requirer/databag.ts";
import { admit, rejection, type Rules } from "../trust/admit.ts";
import { pendingOf, type RelationView, unsettledOf } from "../trust/publication.ts";
import { CONTESTED, share, type Shared } from "../trust/share.ts";
import { ownerOf } from "../trust/trust_store.ts";
import type { Published, Want } from "../trust/want.ts";
import type { UnitContext } from "./context.ts";
import { type Observation, relationGone } from "./observe.ts";
import { readRelation, readRelations, type Relation, type RelationId } from "./read_relations.ts";
import { unlessRefused } from "./refusal.ts";
import { knowsEverything } from "./replicas.ts";

/** A relation to serve, with this unit's databag of it. */
export interface ServedRelation extends RelationView, RelationId {
  /** This unit's databag. */
  readonly databag: Databag;
  /** Whether the requirer's application asks for something; undefined if it was not read. */
  readonly isAskedByApplication: boolean | undefined;
}

/** The wants that are known. */
export interface KnownWants {
  /** The relations to serve. */
  readonly relations: readonly ServedRelation[];
  /** The wanted certificates that may be registered. */
  readonly wants: readonly Want[];
  /** Those that other applications stand in the way of. */
  readonly contested: readonly Want[];
  /** Whether both hold those of every requirer there is. */
  readonly complete: boolean;
}

/** The wants before it is decided who shares a certificate. */
type Known = Omit<KnownWants, "contested">;

/** Reads which certificates are wanted, and admits those that may be registered. */
export async function readWants(
  context: UnitContext,
  seen: Observation,
  rules: Rules,
): Promise<KnownWants> {
  const known = await readKnown(context, seen, rules);
  const situation = { ...known, ...rules, revocable: seen.revocable };
  const careful = share({ ...situation, isKnown: known.complete });
  const isDecided = known.complete || careful.contested.length === 0;
  if (isDecided || !await knowsOthers(context, seen)) return withoutContested(known, careful);
  return withoutContested(known, share({ ...situation, isKnown: true }));
}

/** Whether the databags of all relations were read, by a unit whose view may be acted on. */
async function knowsOthers(context: UnitContext, { isWhole }: Observation): Promise<boolean> {
  return isWhole && (!context.isLeader || await knowsEverything(context));
}

/** Rejects the contested wants, each for its own relation alone. */
function withoutContested(known: Known, { granted, contested }: Shared): KnownWants {
  if (contested.length === 0) return { ...known, contested };
  const isContested = new Set(contested);
  const relations = known.relations.map((relation) => ({
    ...relation,
    admitted: relation.admitted.filter((want) => !isContested.has(want)),
    rejected: [
      ...relation.rejected,
      ...relation.admitted.filter((want) => isContested.has(want))
        .map((want) => rejection(want, { code: "contested", reason: CONTESTED })),
    ],
  }));
  return { ...known, relations, wants: granted, contested };
}

async function readKnown(
  context: UnitContext,
  seen: Observation,
  rules: Rules,
): Promise<Known> {
  const relations = await Promise.all(
    seen.relations.map((relation) => readDoubtful(context, relation, rules)),
  );
  const wants = relations.flatMap(({ admitted }) => admitted);
  const known = { relations, wants, complete: seen.complete };
  if (seen.complete) return known;
  if (!isAboutOneRelation(seen)) {
    const kept = relations.map(async (relation) =>
      keepPublished(relation, await readLastPublication(context, relation), rules)
    );
    return { ...known, relations: await Promise.all(kept) };
  }
  const isInDoubt = isSharedContested(known, seen, rules) ||
    isSharedInDoubt(seen, relations, rules);
  if (!context.mayChange || !isInDoubt) return known;
  if (context.isLeader && !await knowsEverything(context)) {
    const kept = relations.map((relation) => keepPublished(relation, relation.published, rules));
    return { ...known, relations: kept };
  }
  // Only here every databag is read for one requirer.
  const all = await readRelations(context, relationGone(seen));
  if (all.unread.size > 0) return known;
  const isServed = ({ requirer }: Want): boolean =>
    relations.some(({ relation, only }) =>
      relation === requirer.relation && (!only || only.name === requirer.name)
    );
  const others = all.relations.flatMap(({ wants }) => admit(wants, rules).admitted)
    .filter((want) => !isServed(want));
  return { relations, wants: [...wants, ...others], complete: true };
}

/** Reads a relation's other databags if the relation may keep a certificate by one of them. */
async function readDoubtful(
  context: UnitContext,
  relation: Relation,
  rules: Rules,
): Promise<ServedRelation> {
  const { only, published } = relation;
  const view = viewOf(relation, rules);
  // Certificates that the original charm published are adopted for the whole relation at once.
  const pending = pendingOf(view, rules);
  const isClear = published.original.size === 0 && pending.length === 0 &&
    unsettledOf(view, rules).length === 0;
  if (!only || isClear) return view;
  const whole = await unlessRefused(readRelation(context, relation));
  if (!whole) return { ...keepPublished(view, published, rules), awaited: new Set(pending) };
  const others = whole.wants.filter(({ requirer }) => requirer.name !== only.name);
  const { isAskedByApplication, refused } = whole;
  return viewOf(
    { ...relation, isAskedByApplication, refused, wants: [...relation.wants, ...others] },
    rules,
  );
}

/** Reads the last publication. A former leader may have written it to the application's databag. */
async function readLastPublication(
  { juju, application, isLeader }: UnitContext,
  { endpoint, relation, published }: ServedRelation,
): Promise<Published> {
  if (!isLeader) return published;
  const databag = await unlessRefused(juju.relationGet(relation, application));
  return databag && Object.keys(databag).length > 0
    ? INTERFACES[endpoint].parsePublished(databag)
    : published;
}

/** Keeps publishing certificates that another requirer may still want. */
function keepPublished(
  relation: ServedRelation,
  published: Published,
  rules: Rules,
): ServedRelation {
  const rejected = new Set(relation.rejected.map(({ fingerprint }) => fingerprint));
  const fingerprints = unsettledOf({ ...relation, published }, rules)
    .filter((fingerprint) => !rejected.has(fingerprint));
  const texts = fingerprints.map((fingerprint) =>
    [fingerprint, published.registered.get(fingerprint) ?? ""] as const
  );
  return { ...relation, kept: new Map(texts) };
}

function viewOf(relation: Relation, rules: Rules): ServedRelation {
  const { admitted, rejected } = admit(relation.wants, rules);
  return {
    ...relation,
    admitted,
    rejected: [...relation.rejected, ...rejected],
    sent: [...relation.wants.map(({ certificate }) => certificate), ...relation.refused],
    kept: new Map(),
    awaited: new Set(),
  };
}

function isAboutOneRelation({ revocable }: Observation): boolean {
  return revocable.kind === "requirer" || revocable.kind === "relation";
}

/** Whether a want goes beyond a shared entry. The databags tell whether other applications share it. */
function isSharedContested(
  known: Known,
  { revocable }: Observation,
  rules: Rules,
): boolean {
  const { trustStore, mark } = rules;
  const { contested } = share({ ...known, ...rules, revocable, isKnown: false });
  return contested.map(({ certificate }) => trustStore.get(certificate.fingerprint))
    .some((entry) => entry && ownerOf(entry, mark)?.kind === "shared");
}

function isSharedInDoubt(
  { gone, isUnread = false }: Observation,
  relations: readonly RelationView[],
  rules: Rules,
): boolean {
  const { trustStore, mark } = rules;
  // If Juju no longer shows a publication, any shared entry may have been in it.
  if (isUnread) return trustStore.values().some((entry) => ownerOf(entry, mark)?.kind === "shared");
  const views = gone.map((published) => ({ admitted: [], published }));
  return [...relations, ...views].flatMap((view) => unsettledOf(view, rules))
    .map((fingerprint) => trustStore.get(fingerprint))
    .some((entry) => entry && ownerOf(entry, mark)?.kind === "shared");
}
