/**
 * Which of the certificates wanted may be registered.
 *
 * @module
 */
import { type Fingerprint, unusable } from "../requirer/certificate.ts";
import { unfit } from "../requirer/client_key.ts";
import type { Mark } from "./owner.ts";
import { isWithin, type Projects } from "./projects.ts";
import { ownerOf, type TrustEntry, type TrustStore } from "./trust_store.ts";
import type { Want } from "./want.ts";
import type { Rejection } from "../requirer/databag.ts";

/** What the wants are held against. */
export interface Rules {
  /** LXD's trust store. */
  readonly trustStore: TrustStore;
  /** The name of our entries. */
  readonly mark: Mark;
  /** The certificate of our own credential. */
  readonly ourFingerprint: Fingerprint;
  /** The projects that the operator allows. */
  readonly allowed: Projects;
  /** The present. */
  readonly now: Date;
}

/** The wants, sorted out. */
export interface Admission {
  /** Those that may be registered, or count as trustStore already, with the projects they may have. */
  readonly admitted: readonly Want[];
  /** The others, with the reason for each. */
  readonly rejected: readonly Rejection[];
}

/**
 * Sorts out what may be registered.
 *
 * @param wants The certificates wanted.
 * @param rules What they are held against.
 * @returns The wants that are admitted, and the rejections of the others.
 */
export function admit(wants: readonly Want[], rules: Rules): Admission {
  const judged = wants.map((asked) => {
    // Who asks for no project in particular gets what is allowed.
    const want = { ...asked, projects: asked.projects ?? rules.allowed };
    return { want, reason: reasonAgainst(want, rules) };
  });
  return {
    admitted: judged.filter(({ reason }) => reason === undefined).map(({ want }) => want),
    rejected: judged.flatMap(({ want, reason }) => reason ? [rejection(want, reason)] : []),
  };
}

/**
 * Rejects a want.
 *
 * @param want The want.
 * @param reason What is wrong with it.
 * @returns The rejection, for the requirer to read.
 */
export function rejection({ requirer, certificate }: Want, reason: string): Rejection {
  return { unit: requirer.name, fingerprint: certificate.fingerprint, reason };
}

function reasonAgainst({ certificate, projects }: Want, rules: Rules): string | undefined {
  const { trustStore, mark, ourFingerprint, allowed, now } = rules;
  if (certificate.fingerprint === ourFingerprint) {
    return "The certificate is the integrator's own: use one of your own";
  }
  const entry = trustStore.get(certificate.fingerprint);
  return unusable(certificate, now) ?? unfit(certificate) ??
    reasonAgainstProjects(projects, allowed) ??
    (entry && reasonAgainstEntry(entry, projects, mark));
}

function reasonAgainstProjects(projects: Projects, allowed: Projects): string | undefined {
  if (allowed === null || isWithin(projects, allowed)) return undefined;
  const others = (projects ?? []).filter((project) => !allowed.includes(project));
  const names = others.map((project) => `"${project}"`).join(", ");
  return `The operator allows the projects ${allowed.join(", ")}, not ${names}`;
}

/** A foreign entry is taken as it is, so it must be what we would have made, or narrower. */
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
