/**
 * Admits the wanted certificates that may be registered, and rejects the others.
 *
 * @module
 */
import { type Fingerprint, longExpired, weakness } from "../requirer/certificate.ts";
import { unfit } from "../requirer/client_key.ts";
import { list } from "../requirer/line.ts";
import { because, type Reason } from "../requirer/reason.ts";
import type { Mark } from "./owner.ts";
import { describeMissing, isWithin, missingFrom, type Projects } from "./projects.ts";
import { ownerOf, type TrustEntry, type TrustStore } from "./trust_store.ts";
import type { CodedRejection, Want } from "./want.ts";

// A reason holds two lists of projects. In bytes of UTF-8.
const MAXIMUM_PROJECTS = 200;

const OWN: Reason = {
  code: "own-certificate",
  reason: "The certificate is the integrator's own: use one of your own",
};

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
  readonly rejected: readonly CodedRejection[];
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
export function rejection({ requirer, certificate }: Want, reason: Reason): CodedRejection {
  return { unit: requirer.name, fingerprint: certificate.fingerprint, ...reason };
}

function reasonAgainst({ certificate, projects }: Want, rules: Rules): Reason | undefined {
  const { trustStore, mark, ourFingerprint, allowed, existing, now } = rules;
  if (certificate.fingerprint === ourFingerprint) return OWN;
  const entry = trustStore.get(certificate.fingerprint);
  // LXD decides whether a certificate is valid, by its own clock. Ours may be wrong, and revokes
  // nothing. It only spares LXD the question about certificates that expired long ago.
  return (entry ? undefined : because("expired", longExpired(certificate, now))) ??
    because("key-size", weakness(certificate)) ?? unfit(certificate) ??
    reasonAgainstProjects(projects, allowed) ??
    reasonAgainstMissing(projects, existing) ??
    (entry && reasonAgainstEntry(entry, projects, mark));
}

function reasonAgainstProjects(projects: Projects, allowed: Projects): Reason | undefined {
  if (allowed === null || isWithin(projects, allowed)) return undefined;
  const others = (projects ?? []).filter((project) => !allowed.includes(project));
  const names = others.map((project) => `"${project}"`);
  const reason = `The operator allows the projects ${list(allowed, MAXIMUM_PROJECTS)}, ` +
    `not ${list(names, MAXIMUM_PROJECTS)}`;
  return { code: "project-not-allowed", reason };
}

function reasonAgainstMissing(
  projects: Projects,
  existing: Rules["existing"],
): Reason | undefined {
  const names = missingFrom(existing, projects);
  return names.length > 0 ? { code: "project-missing", reason: describeMissing(names) } : undefined;
}

/** A foreign entry stays as it is, so it must give no more access than an entry of ours would. */
function reasonAgainstEntry(
  entry: TrustEntry,
  projects: Projects,
  mark: Mark,
): Reason | undefined {
  if (ownerOf(entry, mark)) return undefined;
  const already = (what: string): Reason => ({
    code: "foreign-entry",
    reason: `The certificate is in LXD's trust store already, with ${what}`,
  });
  if (entry.type !== "client") return already(`the type "${entry.type}"`);
  return isWithin(entry.projects, projects) ? undefined : already("access to more projects");
}
