/**
 * Decides which applications share a certificate. LXD 5.0 shows every certificate to every client, so
 * an application may send the certificate of another one. An entry never gets wider because another
 * application asks.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";
import { applicationOf } from "./owner.ts";
import { isInDoubt, type Situation } from "./plan.ts";
import { isWithin, join, type Projects } from "./projects.ts";
import { ownerOf } from "./trust_store.ts";
import type { Want } from "./want.ts";

/** The situation of a decision. */
export interface SharingSituation
  extends Pick<Situation, "complete" | "mark" | "revocable" | "trustStore" | "wants"> {
  /** Whether the wants hold those of every application that wants one of the certificates. */
  readonly isKnown: boolean;
}

/** The wants that are granted, and those that another application stands in the way of. */
export interface Shared {
  /** The wants to register, or to count as registered. */
  readonly granted: readonly Want[];
  /** The wants of other projects than the entry may get. */
  readonly contested: readonly Want[];
}

/** The reason against a contested want. It says nothing about the other application. */
export const CONTESTED: string = "Another application has this certificate registered, " +
  "with access to other projects: use a certificate of your own";

/**
 * Decides about wants of certificates that several applications want, or may want. An entry has the
 * projects of the application that it names. Another application shares it if it wants no more than
 * that. A shared entry names no application, so it gets no wider than all of them ask for. If each of
 * them wants something else than the entry has, none gets it.
 */
export function share(situation: SharingSituation): Shared {
  const byCertificate = Map.groupBy(situation.wants, ({ certificate }) => certificate.fingerprint);
  const granted = new Set(
    [...byCertificate].flatMap(([fingerprint, wants]) => grant(fingerprint, wants, situation)),
  );
  return {
    granted: situation.wants.filter((want) => granted.has(want)),
    contested: situation.wants.filter((want) => !granted.has(want)),
  };
}

/** Grants the wants of one certificate. */
function grant(
  fingerprint: Fingerprint,
  wants: readonly Want[],
  situation: SharingSituation,
): readonly Want[] {
  const { trustStore, mark, isKnown } = situation;
  const entry = trustStore.get(fingerprint);
  const owner = entry && ownerOf(entry, mark);
  // Admission has compared the wants with a foreign entry.
  if (entry && !owner) return wants;
  const applications = Map.groupBy(wants, ({ requirer: { name } }) => applicationOf(name));
  const isFree = !entry || !owner || owner.kind === "original" ||
    (owner.kind === "shared" ? isKnown && applications.size === 1 : false);
  if (isFree) return within(wants, firstOf(applications));
  if (owner.kind === "shared") {
    if (!isKnown) return within(wants, entry.projects);
    const all = [...applications.values()].map(union);
    return within(wants, join(entry.projects, all.reduce(intersect)));
  }
  const own = applications.get(applicationOf(owner.slug));
  if (own) return [...own, ...within(wants, union(own))];
  const isGone = isKnown || !isInDoubt(owner, situation);
  return within(wants, isGone ? firstOf(applications) : entry.projects);
}

/** The projects of the application whose relation is the oldest. */
function firstOf(applications: ReadonlyMap<string, readonly Want[]>): Projects {
  const age = (wants: readonly Want[]): number =>
    Math.min(...wants.map(({ requirer: { relation } }) => Number(relation)));
  const [first] = [...applications].toSorted(([one, a], [other, b]) =>
    age(a) - age(b) || (one < other ? -1 : 1)
  );
  return first ? union(first[1]) : [];
}

function within(wants: readonly Want[], limit: Projects): readonly Want[] {
  return wants.filter(({ projects }) => isWithin(projects, limit));
}

function union(wants: readonly Want[]): Projects {
  return wants.map(({ projects }) => projects).reduce(join);
}

function intersect(a: Projects, b: Projects): Projects {
  if (a === null || b === null) return a ?? b;
  return a.filter((project) => b.includes(project));
}
