/**
 * Plans the changes of LXD's trust store.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";
import {
  applicationOf,
  entryName,
  fullName,
  type Mark,
  type Owner,
  type Requirer,
  slug,
} from "./owner.ts";
import { isSame, isWithin, join, narrow, type Projects } from "./projects.ts";
import type { Step } from "./step.ts";
import { ownerOf, type TrustEntry, type TrustStore } from "./trust_store.ts";
import type { Want } from "./want.ts";

/**
 * The entries that may be revoked without a known want:
 *
 * - `requirer`: entries of this requirer, whose databag was read in this hook, or who is gone;
 * - `relation`: entries of all requirers of a relation that is gone;
 * - `absent`: entries of relations that are gone;
 * - `all`: every entry, except those of relations that exist and could not be read;
 * - `none`: no entry.
 */
export type Revocable =
  | { readonly kind: "requirer"; readonly requirer: Requirer }
  | { readonly kind: "relation"; readonly relation: string }
  /** `relations`: ids of those that exist. */
  | { readonly kind: "absent"; readonly relations: ReadonlySet<string> }
  /** `except`: ids of those that could not be read. */
  | { readonly kind: "all"; readonly except?: ReadonlySet<string> }
  | { readonly kind: "none" };

/** The situation that a plan is made for. */
export interface Situation {
  /** The known wants that may be registered. */
  readonly wants: readonly Want[];
  /** The known wants that other applications stand in the way of: see `share.ts`. */
  readonly contested: readonly Want[];
  /** Whether `wants` holds those of every requirer. Only then shared entries can be revoked. */
  readonly complete: boolean;
  /** LXD's trust store. */
  readonly trustStore: TrustStore;
  /** The entries that may be revoked. */
  readonly revocable: Revocable;
  /** The projects that the operator allows. */
  readonly allowed: Projects;
  /** The mark of our entries. */
  readonly mark: Mark;
  /** Fingerprint of our own credential, whose entry is never touched. */
  readonly ourFingerprint: Fingerprint;
}

/**
 * Plans the changes of LXD's trust store. Additions come first and revocations last, so that an
 * interruption loses nothing. A restriction comes before a renaming, because LXD takes a name together
 * with the projects of the entry. Entries without our mark are never in a plan.
 *
 * @returns The steps, in the order to take them.
 */
export function plan(situation: Situation): readonly Step[] {
  const { trustStore, mark, ourFingerprint } = situation;
  const wanted = Map.groupBy(situation.wants, ({ certificate }) => certificate.fingerprint);
  const kept = [...wanted.entries()].flatMap(([fingerprint, wants]) => {
    const entry = trustStore.get(fingerprint);
    return entry ? adjust(entry, wants, situation) : [add(wants, mark)];
  });
  const revoked = [...trustStore.values()].flatMap((entry): readonly Step[] => {
    const { fingerprint, name } = entry;
    const owner = ownerOf(entry, mark);
    if (!owner || wanted.has(fingerprint) || fingerprint === ourFingerprint) return [];
    if (isRevocable(owner, situation) && !isContested(entry, situation)) {
      return [{ kind: "revoke", fingerprint, name }];
    }
    return owner.kind === "original" ? [] : confine(entry, situation);
  });
  return ["add", "restrict", "rename", "revoke"].flatMap((kind) =>
    [...kept, ...revoked].filter((step) => step.kind === kind)
  );
}

function add(wants: readonly Want[], mark: Mark): Step {
  const [{ certificate, requirer }] = wants as readonly [Want, ...Want[]];
  const { fingerprint } = certificate;
  const name = entryName(mark, isOneRequirer(wants) ? requirer : undefined, fingerprint);
  return { kind: "add", fingerprint, name, certificate, projects: union(wants) };
}

function adjust(entry: TrustEntry, wants: readonly Want[], situation: Situation): readonly Step[] {
  const { fingerprint } = entry;
  const owner = ownerOf(entry, situation.mark);
  if (!owner || fingerprint === situation.ourFingerprint) return [];
  const [{ requirer }] = wants as readonly [Want, ...Want[]];
  // Another requirer keeps its access as long as it may want the certificate.
  const othersMayWant = isContested(entry, situation) ||
    !isOf(owner, requirer) && isInDoubt(owner, situation);
  const alone = isOneRequirer(wants) && !othersMayWant;
  const name = entryName(situation.mark, alone ? requirer : undefined, fingerprint);
  const mine = union(wants);
  const tolerated = isOneApplication(wants) ? {} : { tolerated: situation.allowed };
  const projects = othersMayWant && owner.kind !== "original"
    ? join(mine, narrow(entry.projects, situation.allowed))
    : mine;
  return [
    ...[name, fullName(name, fingerprint)].includes(entry.name)
      ? []
      : [{ kind: "rename", fingerprint, name } as const],
    ...isSame(entry.projects, projects)
      ? []
      : [{ kind: "restrict", fingerprint, projects, ...tolerated } as const],
  ];
}

/** Says whether applications want different projects of a shared entry. It stays as it is meanwhile. */
function isContested(
  entry: TrustEntry,
  { contested, mark }: Pick<Situation, "contested" | "mark">,
): boolean {
  return ownerOf(entry, mark)?.kind === "shared" &&
    contested.some(({ certificate }) => certificate.fingerprint === entry.fingerprint);
}

/** Says whether requirers that were not read may want an entry. */
export function isInDoubt(
  owner: Owner,
  situation: Pick<Situation, "complete" | "revocable">,
): boolean {
  const { complete, revocable } = situation;
  if (complete) return false;
  // An adoption follows only after every databag was read.
  if (owner.kind === "original") return revocable.kind !== "absent";
  return owner.kind === "shared" || !isRevocable(owner, situation);
}

/** Removes the projects from an entry that the operator no longer allows, wanted or not. */
function confine(entry: TrustEntry, { allowed }: Situation): readonly Step[] {
  const { fingerprint, name } = entry;
  if (isWithin(entry.projects, allowed)) return [];
  const projects = narrow(entry.projects, allowed);
  return projects?.length === 0
    ? [{ kind: "revoke", fingerprint, name }]
    : [{ kind: "restrict", fingerprint, projects }];
}

function isRevocable(
  owner: Owner,
  { revocable, complete }: Pick<Situation, "complete" | "revocable">,
): boolean {
  if (owner.kind === "original") return false;
  if (owner.kind === "shared") return complete && revocable.kind !== "none";
  switch (revocable.kind) {
    case "requirer":
      return isOf(owner, revocable.requirer);
    case "relation":
      return owner.relation === revocable.relation;
    case "absent":
      return !revocable.relations.has(owner.relation);
    case "all":
      return !revocable.except?.has(owner.relation);
    case "none":
      return false;
  }
}

function isOf(owner: Owner, { relation, name }: Requirer): boolean {
  return owner.kind === "requirer" && owner.relation === relation && owner.slug === slug(name);
}

function isOneRequirer(wants: readonly Want[]): boolean {
  return new Set(wants.map(({ requirer: { relation, name } }) => `${relation} ${name}`)).size === 1;
}

function isOneApplication(wants: readonly Want[]): boolean {
  return new Set(wants.map(({ requirer: { name } }) => applicationOf(name))).size === 1;
}

function union(wants: readonly Want[]): Projects {
  return wants.map(({ projects }) => projects).reduce(join);
}
