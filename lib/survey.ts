/**
 * Who wants what: the wants observed, held against LXD's trust store, and read on from further
 * databags where the names in the trust store do not tell whose a certificate is.
 *
 * @module
 */
import { admit, type Rules } from "./admission.ts";
import type { Juju } from "./juju.ts";
import {
  type Observation,
  type ObservedRelation,
  observeRelation,
  observeRelations,
} from "./observe.ts";
import { ownerOf } from "./plan.ts";
import { type RelationView, unsettledOf } from "./publication.ts";
import type { Databag, Want } from "./relation.ts";

/** Who wants what. */
export interface Survey {
  /** The relations to serve, with their databags as they are. */
  readonly relations: readonly (RelationView & { readonly databag: Databag })[];
  /** The certificates wanted that may be registered. */
  readonly wants: readonly Want[];
  /** Whether `wants` holds those of every requirer there is. */
  readonly complete: boolean;
}

/**
 * Finds out who wants what.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param seen The part of the model that the event is about.
 * @param rules What the wants are held against.
 * @param mayChange Whether this unit may revoke what nobody wants.
 * @returns What was found out.
 */
export async function survey(
  juju: Juju,
  unit: string,
  seen: Observation,
  rules: Rules,
  mayChange: boolean,
): Promise<Survey> {
  const observed = await Promise.all(
    seen.relations.map((relation) => widen(juju, unit, relation, rules)),
  );
  const relations = observed.map((relation) => view(relation, rules));
  const wants = relations.flatMap(({ admitted }) => admitted);
  const narrow = { relations, wants, complete: seen.complete };
  if (!mayChange || !isSharedInDoubt(seen, relations, rules)) return narrow;
  // Only here is every databag read for the sake of one requirer.
  const everything = await observeRelations(juju, unit);
  if (everything.relations.length < everything.ids.size) return narrow;
  const known = new Set(relations.map(({ relation }) => relation));
  const others = everything.relations.filter(({ relation }) => !known.has(relation))
    .flatMap((relation) => admit(relation.wants, rules).admitted);
  return { relations, wants: [...wants, ...others], complete: true };
}

/** Reads a relation's other databags where it is not clear which of its certificates it keeps. */
async function widen(
  juju: Juju,
  unit: string,
  relation: ObservedRelation,
  rules: Rules,
): Promise<ObservedRelation> {
  const { only } = relation;
  const { trusted, mark } = rules;
  if (!only || unsettledOf(view(relation, rules), trusted, mark).length === 0) return relation;
  const whole = await observeRelation(juju, unit, relation.relation);
  const others = whole.wants.filter(({ requirer }) => requirer.name !== only.name);
  return { ...relation, wants: [...relation.wants, ...others] };
}

function view(
  relation: ObservedRelation,
  rules: Rules,
): RelationView & { readonly databag: Databag } {
  const { admitted, rejected } = admit(relation.wants, rules);
  return { ...relation, admitted, rejected: [...relation.rejected, ...rejected] };
}

function isSharedInDoubt(
  { gone, revocable }: Observation,
  relations: readonly RelationView[],
  { trusted, mark }: Rules,
): boolean {
  if (revocable.kind !== "requirer" && revocable.kind !== "relation") return false;
  const views = [...relations, ...gone.map((published) => ({ admitted: [], published }))];
  return views.flatMap((view) => unsettledOf(view, trusted, mark))
    .map((fingerprint) => trusted.get(fingerprint))
    .some((entry) => entry && ownerOf(entry, mark)?.kind === "shared");
}
