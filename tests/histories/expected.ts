/**
 * Computes the expected result from the databags of requirers, without the charm's own code: each
 * databag's content is known, so nothing has to be parsed.
 *
 * @module
 */
import type { TrustEntry } from "../lxd/world.ts";
import type { Item, Wish } from "./history.ts";
import { certificateOf, type Certificates, render } from "./certificates.ts";

/** Names of projects, or null for all of LXD. */
export type Access = readonly string[] | null;

/** A databag of a requirer. */
export interface Written {
  /** Id of the relation. */
  readonly relation: string;
  /** Name of the unit or application. */
  readonly name: string;
  /** `client_certificates`, or the one certificate of `lxd-https`. */
  readonly items: readonly Item[];
  /** `projects`. */
  readonly wish: Wish;
}

/** A certificate that a requirer may register. */
export interface Claim {
  /** Id of the relation. */
  readonly relation: string;
  /** Name of the unit or application. */
  readonly name: string;
  /** Fingerprint of the certificate. */
  readonly fingerprint: string;
  /** The access that the requirer asks for. */
  readonly access: Access;
  /** The certificate as the requirer wrote it. */
  readonly text: string;
}

/** A certificate that a requirer may not register, or an item that is no certificate. */
export interface Refusal {
  /** Id of the relation. */
  readonly relation: string;
  /** Name of the unit or application. */
  readonly unit: string;
  /** Fingerprint of the certificate, or null for other items. */
  readonly fingerprint: string | null;
  /** Pattern of the reason. */
  readonly reason: RegExp;
}

/** The certificates that requirers may register, and the rejections. */
export interface Expected {
  readonly claims: readonly Claim[];
  readonly refusals: readonly Refusal[];
}

/** The rules for requirers' databags. */
export interface Rules {
  readonly certificates: Certificates;
  /** The access that the operator allows. */
  readonly allowed: Access;
  /** The foreign entries, by fingerprint. */
  readonly foreign: ReadonlyMap<string, TrustEntry>;
}

/** An item of a databag, with its access. */
interface Asked {
  readonly item: Item;
  readonly fingerprint: string | null;
  readonly wish: Wish;
  readonly access: Access;
}

/** Returns whether an access is no wider than another. */
export function isNoWider(access: Access, than: Access): boolean {
  return than === null || access !== null && access.every((project) => than.includes(project));
}

/** Joins accesses. */
export function union(accesses: readonly Access[]): Access {
  if (accesses.some((access) => access === null)) return null;
  return [...new Set(accesses.flatMap((access) => access ?? []))].toSorted();
}

/** Returns the access that an entry gives. */
export function accessOf({ restricted, projects }: TrustEntry): Access {
  return restricted ? projects.toSorted() : null;
}

/** Returns the expected result of all databags. */
export function expectedOf(written: readonly Written[], rules: Rules): Expected {
  const parts = written.map((databag) => expectedOfDatabag(databag, rules));
  return {
    claims: parts.flatMap(({ claims }) => claims),
    refusals: parts.flatMap(({ refusals }) => refusals),
  };
}

/**
 * Refuses the claims that an entry does not cover because another application has it. Who came first
 * decides that, so the entry itself is a part of the answer.
 */
export function withoutContested(
  { claims, refusals }: Expected,
  entryOf: (fingerprint: string) => TrustEntry | undefined,
): Expected {
  const wanted = Map.groupBy(claims, ({ fingerprint }) => fingerprint);
  const isContested = (claim: Claim): boolean => {
    const entry = entryOf(claim.fingerprint);
    const applications = (wanted.get(claim.fingerprint) ?? []).map(({ name }) =>
      name.split("/")[0]
    );
    return entry !== undefined && new Set(applications).size > 1 &&
      !isNoWider(claim.access, accessOf(entry));
  };
  const contested = claims.filter(isContested).map(({ relation, name: unit, fingerprint }) => {
    return { relation, unit, fingerprint, reason: /^Another application has this certificate/ };
  });
  return {
    claims: claims.filter((claim) => !isContested(claim)),
    refusals: [...refusals, ...contested],
  };
}

function expectedOfDatabag({ relation, name, items, wish }: Written, rules: Rules): Expected {
  const claims = new Map<string, Claim>();
  const refusals = new Map<string, Refusal>();
  for (const item of items) {
    const certificate = certificateOf(rules.certificates, item);
    const fingerprint = certificate?.fingerprint ?? null;
    const access = wish === "unreadable" ? null : wish ?? rules.allowed;
    const reason = reasonAgainst({ item, fingerprint, wish, access }, rules);
    if (reason) {
      const refusal = { relation, unit: name, fingerprint, reason };
      refusals.set(`${fingerprint} ${reason}`, refusal);
    } else if (fingerprint !== null && !claims.has(fingerprint)) {
      const text = String(render(rules.certificates, item));
      claims.set(fingerprint, { relation, name, fingerprint, access, text });
    }
  }
  return { claims: [...claims.values()], refusals: [...refusals.values()] };
}

function reasonAgainst(
  { item: { kind }, fingerprint, wish, access }: Asked,
  { allowed, foreign }: Rules,
): RegExp | undefined {
  if (kind === "text") return /holds no PEM/;
  if (kind === "number") return /^A number was sent/;
  if (kind === "key") return /private key was sent/;
  if (wish === "unreadable") return /^projects must be/;
  if (kind === "own") return /integrator's own/;
  if (kind === "expired") return /expired/;
  if (!isNoWider(access, allowed)) return /^The operator allows the projects/;
  const entry = foreign.get(fingerprint ?? "");
  if (entry && entry.type !== "client") return /with the type "metrics"/;
  if (entry && !isNoWider(accessOf(entry), access)) return /with access to more projects/;
  return undefined;
}
