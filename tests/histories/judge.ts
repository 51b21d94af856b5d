/**
 * What the charm should make of what requirers wrote: known by how it was written, with nothing of
 * the charm's own code.
 *
 * @module
 */
import type { TrustEntry } from "../lxd/world.ts";
import type { Item, Wish } from "./history.ts";
import { certificateOf, type Pool, render } from "./pool.ts";

/** Names of projects; null for all of LXD. */
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

/** A certificate that a requirer may have. */
export interface Claim {
  /** Id of the relation. */
  readonly relation: string;
  /** Name of the unit or application. */
  readonly name: string;
  /** Of the certificate. */
  readonly fingerprint: string;
  /** What it is to give access to. */
  readonly access: Access;
  /** The certificate as it was written. */
  readonly text: string;
}

/** Something that a requirer may not have, or that is no certificate. */
export interface Refusal {
  /** Id of the relation. */
  readonly relation: string;
  /** Name of the unit or application. */
  readonly unit: string;
  /** Of the certificate, or null where it is none. */
  readonly fingerprint: string | null;
  /** What the reason has to say. */
  readonly reason: RegExp;
}

/** What requirers may have, and what not. */
export interface Verdict {
  readonly claims: readonly Claim[];
  readonly refusals: readonly Refusal[];
}

/** What requirers' wishes are held against. */
export interface Law {
  readonly pool: Pool;
  /** What the operator allows. */
  readonly allowed: Access;
  /** Entries of the trust store that are not the charm's, by fingerprint. */
  readonly foreign: ReadonlyMap<string, TrustEntry>;
}

/** Says whether somebody has as much access as another, or less. */
export function isNoWider(access: Access, than: Access): boolean {
  return than === null || access !== null && access.every((project) => than.includes(project));
}

/** Gives what an entry gives access to. */
export function accessOf({ restricted, projects }: TrustEntry): Access {
  return restricted ? projects.toSorted() : null;
}

/** Judges every databag. */
export function judge(written: readonly Written[], law: Law): Verdict {
  const verdicts = written.map((databag) => judgeDatabag(databag, law));
  return {
    claims: verdicts.flatMap(({ claims }) => claims),
    refusals: verdicts.flatMap(({ refusals }) => refusals),
  };
}

function judgeDatabag({ relation, name, items, wish }: Written, law: Law): Verdict {
  const claims = new Map<string, Claim>();
  const refusals = new Map<string, Refusal>();
  for (const item of items) {
    const certificate = certificateOf(law.pool, item);
    const fingerprint = certificate?.fingerprint ?? null;
    const access = wish === "unreadable" ? null : wish ?? law.allowed;
    const reason = reasonAgainst(item, fingerprint, wish, access, law);
    if (reason) {
      const refusal = { relation, unit: name, fingerprint, reason };
      refusals.set(`${fingerprint} ${reason}`, refusal);
    } else if (fingerprint !== null && !claims.has(fingerprint)) {
      const text = String(render(law.pool, item));
      claims.set(fingerprint, { relation, name, fingerprint, access, text });
    }
  }
  return { claims: [...claims.values()], refusals: [...refusals.values()] };
}

function reasonAgainst(
  { kind }: Item,
  fingerprint: string | null,
  wish: Wish,
  access: Access,
  { allowed, foreign }: Law,
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
