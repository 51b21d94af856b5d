/**
 * Who wants what: the wants observed, held against LXD's trust store, and read on from further
 * databags where the names in the trust store do not tell whose a certificate is.
 *
 * @module
 */
import { ownerOf } from "../trust/trust_store.ts";
import { admit, type Rules } from "../trust/admit.ts";
import { INTERFACES } from "../relation/mod.ts";
import type { Juju } from "./hook_tools.ts";
import type { Observation } from "./observe.ts";
import { readRelation, readRelations, type Relation, type RelationId } from "./read_relations.ts";
import { type RelationView, unsettledOf } from "../trust/publication.ts";
import { unlessRefused } from "./refusal.ts";
import { type Identity, knowsEverything } from "./replicas.ts";
import type { Published, Want } from "../trust/want.ts";
import type { Databag } from "../requirer/databag.ts";

/** A relation to serve, with this unit's databag of it as it is. */
export interface ServedRelation extends RelationView, RelationId {
  /** This unit's databag. */
  readonly databag: Databag;
  /** Whether the requirer's application asks for something; undefined where it was not read. */
  readonly isAskedByApplication: boolean | undefined;
}

/** Who wants what. */
export interface KnownWants {
  /** The relations to serve. */
  readonly relations: readonly ServedRelation[];
  /** The certificates wanted that may be registered. */
  readonly wants: readonly Want[];
  /** Whether `wants` holds those of every requirer there is. */
  readonly complete: boolean;
}

/** What this unit may do, and who it is. */
export interface Role extends Identity {
  /** Whether it leads the application. */
  readonly leads: boolean;
  /** Whether it may change LXD's trust store: as the leader, or as one of the last units. */
  readonly mayChange: boolean;
}

/**
 * Finds out who wants what.
 *
 * @param juju The hook tools.
 * @param role What this unit may do.
 * @param seen The part of the model that the event is about.
 * @param rules What the wants are held against.
 * @returns What was found out.
 */
export async function readWants(
  juju: Juju,
  role: Role,
  seen: Observation,
  rules: Rules,
): Promise<KnownWants> {
  const { unit, leads, mayChange } = role;
  const relations = await Promise.all(
    seen.relations.map((relation) => widen(juju, unit, relation, rules)),
  );
  const wants = relations.flatMap(({ admitted }) => admitted);
  const narrow = { relations, wants, complete: seen.complete };
  if (seen.complete) return narrow;
  if (!isOfOne(seen)) {
    const kept = relations.map(async (relation) =>
      keep(relation, await readTold(juju, role, relation), rules)
    );
    return { ...narrow, relations: await Promise.all(kept) };
  }
  if (!mayChange || !isSharedInDoubt(seen, relations, rules)) return narrow;
  if (leads && !await knowsEverything(juju, role)) {
    const kept = relations.map((relation) => keep(relation, relation.published, rules));
    return { ...narrow, relations: kept };
  }
  // Only here is every databag read for the sake of one requirer.
  const everything = await readRelations(juju, unit, relationGone(seen));
  if (everything.unread.size > 0) return narrow;
  const known = new Set(relations.map(({ relation }) => relation));
  const others = everything.relations.filter(({ relation }) => !known.has(relation))
    .flatMap((relation) => admit(relation.wants, rules).admitted);
  return { relations, wants: [...wants, ...others], complete: true };
}

/** Reads a relation's other databags where it is not clear which of its certificates it keeps. */
async function widen(
  juju: Juju,
  unit: string,
  relation: Relation,
  rules: Rules,
): Promise<ServedRelation> {
  const { only, published } = relation;
  const { trusted, mark } = rules;
  const narrow = view(relation, rules);
  // What the original charm told of has to be settled for the whole relation at once.
  const isClear = published.original.size === 0 && unsettledOf(narrow, trusted, mark).length === 0;
  if (!only || isClear) return narrow;
  const whole = await unlessRefused(readRelation(juju, unit, relation));
  if (!whole) return keep(narrow, published, rules);
  const others = whole.wants.filter(({ requirer }) => requirer.name !== only.name);
  const { isAskedByApplication } = whole;
  return view({ ...relation, isAskedByApplication, wants: [...relation.wants, ...others] }, rules);
}

/** What the relation was told last: by a former leader, where the application's databag tells it. */
async function readTold(
  juju: Juju,
  { application, leads }: Role,
  { endpoint, relation, published }: ServedRelation,
): Promise<Published> {
  if (!leads) return published;
  const databag = await unlessRefused(juju.relationGet(relation, application));
  return databag && Object.keys(databag).length > 0
    ? INTERFACES[endpoint].parsePublished(databag)
    : published;
}

/** What was told of goes on being told of, where it cannot be ruled out that somebody wants it. */
function keep(relation: ServedRelation, told: Published, rules: Rules): ServedRelation {
  const { trusted, mark } = rules;
  const rejected = new Set(relation.rejected.map(({ fingerprint }) => fingerprint));
  const fingerprints = unsettledOf({ ...relation, published: told }, trusted, mark)
    .filter((fingerprint) => !rejected.has(fingerprint));
  const texts = fingerprints.map((fingerprint) =>
    [fingerprint, told.registered.get(fingerprint) ?? ""] as const
  );
  return { ...relation, kept: new Map(texts) };
}

function view(relation: Relation, rules: Rules): ServedRelation {
  const { admitted, rejected } = admit(relation.wants, rules);
  return {
    ...relation,
    admitted,
    rejected: [...relation.rejected, ...rejected],
    kept: new Map(),
  };
}

function isOfOne({ revocable }: Observation): boolean {
  return revocable.kind === "requirer" || revocable.kind === "relation";
}

/**
 * The relation that is gone, if the event is about one.
 *
 * @param seen The part of the model that the event is about.
 * @returns Its id.
 */
export function relationGone({ relations, revocable }: Observation): string | undefined {
  return revocable.kind === "relation" && relations.length === 0 ? revocable.relation : undefined;
}

function isSharedInDoubt(
  { gone, isUnread = false }: Observation,
  relations: readonly RelationView[],
  { trusted, mark }: Rules,
): boolean {
  // What a relation was told that Juju shows no longer, any shared entry may have been.
  if (isUnread) return trusted.values().some((entry) => ownerOf(entry, mark)?.kind === "shared");
  const told = gone.map((published) => ({ admitted: [], published }));
  return [...relations, ...told].flatMap((view) => unsettledOf(view, trusted, mark))
    .map((fingerprint) => trusted.get(fingerprint))
    .some((entry) => entry && ownerOf(entry, mark)?.kind === "shared");
}
