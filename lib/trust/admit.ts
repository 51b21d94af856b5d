/**
 * Admits the wanted certificates that may be registered, and rejects the others.
 *
 * @module
 */
import { type Fingerprint, longExpired, weakness } from "../requirer/certificate.ts";
import { unfit } from "../requirer/client_key.ts";
import type { Rejection } from "../requirer/databag.ts";
import { list } from "../requirer/line.ts";
import type { Mark } from "./owner.ts";
import { describeMissing, isWithin, missingFrom, type Projects } from "./projects.ts";
import { ownerOf, type TrustEntry, type TrustStore } from "./trust_store.ts";
import type { Want } from "./want.ts";

// A reason holds two lists of projects. In bytes of UTF-8.
const MAXIMUM_PROJECTS = 200;

/** The rules of admission. */
export interface Rules {
  /** LXD's trust store. */
  readonly trustStore: TrustStore;
  /** The mark of our entries. */
  readonly mark: Mark;
  /** Fingerprint of our own credential. */
  readonly ourFingerprint: Fingerprint;
  /** The projects that the operator allows. */
  readonly allowed: Projects;
  /** LXD's projects; undefined if they are not known. Then LXD itself decides. */
  readonly existing?: ReadonlySet<string> | undefined;
  /** Current time. */
  readonly now: Date;
}

/** Wants after admission. */
export interface Admission {
  /** The wants to register, or to count as registered, with the projects that they get. */
  readonly admitted: readonly Want[];
  /** Rejections of the others, each with its reason. */
  readonly rejected: readonly Rejection[];
}

/**
 * Admits the wants that may be registered. A want that names no project gets all projects that the
 * operator allows.
 */
export function admit(wants: readonly Want[], rules: Rules): Admission {
  const checked = wants.map((asked) => {
    const want = { ...asked, projects: asked.projects ?? rules.allowed };
    return { want, reason: reasonAgainst(want, rules) };
  });
  return {
    admitted: checked.filter(({ reason }) => reason === undefined).map(({ want }) => want),
    rejected: checked.flatMap(({ want, reason }) => reason ? [rejection(want, reason)] : []),
  };
}

/** Rejects a want. The requirer reads the reason. */
export function rejection({ requirer, certificate }: Want, reason: string): Rejection {
  return { unit: requirer.name, fingerprint: certificate.fingerprint, reason };
}

function reasonAgainst({ certificate, projects }: Want, rules: Rules): string | undefined {
  const { trustStore, mark, ourFingerprint, allowed, existing, now } = rules;
  if (certificate.fingerprint === ourFingerprint) {
    return "The certificate is the integrator's own: use one of your own";
  }
  const entry = trustStore.get(certificate.fingerprint);
  // LXD decides whether a certificate is valid, by its own clock. Ours may be wrong, and revokes
  // nothing. It only spares LXD the question about certificates that expired long ago.
  return (entry ? undefined : longExpired(certificate, now)) ?? weakness(certificate) ??
    unfit(certificate) ?? reasonAgainstProjects(projects, allowed) ??
    reasonAgainstMissing(projects, existing) ??
    (entry && reasonAgainstEntry(entry, projects, mark));
}

function reasonAgainstProjects(projects: Projects, allowed: Projects): string | undefined {
  if (allowed === null || isWithin(projects, allowed)) return undefined;
  const others = (projects ?? []).filter((project) => !allowed.includes(project));
  const names = others.map((project) => `"${project}"`);
  return `The operator allows the projects ${list(allowed, MAXIMUM_PROJECTS)}, ` +
    `not ${list(names, MAXIMUM_PROJECTS)}`;
}

function reasonAgainstMissing(
  projects: Projects,
  existing: Rules["existing"],
): string | undefined {
  const names = missingFrom(existing, projects);
  return names.length > 0 ? describeMissing(names) : undefined;
}

/** A foreign entry stays as it is, so it must give no more access than an entry of ours would. */
function reasonAgainstEntry(
  entry: TrustEntry,
  projects: Projects,
  mark: Mark,
): string | undefined {
  if (ownerOf(entry, mark)) return undefined;
  if (entry.type !== "client") {
    return `The certificate is in LXD's trust store already, with the type "${entry.type}"`;
  }
  if (!isWithin(entry.projects, projects)) {
    return "The certificate is in LXD's trust store already, with access to more projects";
  }
  return undefined;
}
