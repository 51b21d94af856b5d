/**
 * Computes the expected result from the databags of requirers, without the charm's own code: each
 * databag's content is known, so nothing has to be parsed.
 *
 * @module
 */
import type { TrustEntry } from "../lxd/world.ts";
import { type Certificates, certificatesOf, render } from "./certificates.ts";
import { type Item, MANY_PROJECTS, NO_PROJECT, type Wish } from "./items.ts";

/** Number of certificates that the charm takes of one databag. */
const MAXIMUM_CERTIFICATES = 100;

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
  /** Whether the interface is `lxd-https`, over which a requirer has one certificate. */
  readonly isHttps: boolean;
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

/** The expected result after contested claims were refused. */
export interface Decided extends Expected {
  /** The claims with those that were refused. */
  readonly all: readonly Claim[];
  /** Fingerprints of the certificates that applications contest. */
  readonly contested: ReadonlySet<string>;
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

/** Returns the access that every one of some applications asks for. */
export function commonOf(claims: readonly Claim[]): Access {
  const accesses = [...Map.groupBy(claims, applicationOf).values()]
    .map((own) => union(own.map(({ access }) => access)));
  return accesses.reduce((a, b) => {
    if (a === null || b === null) return a ?? b;
    return a.filter((project) => b.includes(project));
  });
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
): Decided {
  const wanted = Map.groupBy(claims, ({ fingerprint }) => fingerprint);
  const isContested = (claim: Claim): boolean => {
    const entry = entryOf(claim.fingerprint);
    const applications = (wanted.get(claim.fingerprint) ?? []).map(applicationOf);
    // What an entry is named for is its own, and never contested.
    return entry !== undefined && new Set(applications).size > 1 &&
      !isNamedFor(entry, claim) && !isNoWider(claim.access, accessOf(entry));
  };
  const reason = /^Another application has this certificate/;
  const contested = claims.filter(isContested);
  return {
    all: claims,
    claims: claims.filter((claim) => !isContested(claim)),
    refusals: [
      ...refusals,
      ...contested.map(({ relation, name, fingerprint }) => {
        return { relation, unit: name, fingerprint, reason };
      }),
    ],
    contested: new Set(contested.map(({ fingerprint }) => fingerprint)),
  };
}

/** Returns the application of a requirer, which is a unit or the application itself. */
export function applicationOf({ name }: { readonly name: string }): string {
  return name.split("/")[0] ?? "";
}

/** Returns whether the name of an entry of ours ends in the application, or a unit, of a claim. */
export function isNamedFor(entry: TrustEntry, claim: Pick<Claim, "name">): boolean {
  const [, owner = ""] = entry.name.match(/:\d+:([a-z0-9-]+?)(-\d+)?(:[0-9a-f]{12})?$/) ?? [];
  return owner === applicationOf(claim);
}

function expectedOfDatabag(written: Written, rules: Rules): Expected {
  const { relation, name, wish, isHttps } = written;
  const claims = new Map<string, Claim>();
  const refusals = new Map<string, Refusal>();
  const refuse = (reason: RegExp, fingerprint: string | null): void => {
    refusals.set(`${fingerprint} ${reason}`, { relation, unit: name, fingerprint, reason });
  };
  const access = wish === "unreadable" ? null : wish ?? rules.allowed;
  const { first, others } = withinLimits(written, rules);
  if (others !== undefined) refuse(others, null);
  for (const { item, fingerprint, text } of first) {
    const isSecond = isHttps && fingerprint !== null && fingerprint !== first[0]?.fingerprint;
    const reason = reasonAgainst({ item, fingerprint, wish, access }, rules);
    if (isSecond && item.kind !== "chain") refuse(/^Several certificates were sent/, null);
    else if (reason) refuse(reason, fingerprint);
    else if (fingerprint !== null && !claims.has(fingerprint)) {
      claims.set(fingerprint, { relation, name, fingerprint, access, text });
    }
  }
  return { claims: [...claims.values()], refusals: [...refusals.values()] };
}

/** A part of an item: one certificate, or the item if it holds none. */
interface Part {
  readonly item: Item;
  readonly fingerprint: string | null;
  /** The certificate as it is published. */
  readonly text: string;
}

/** Returns what the charm reads of a databag, and the reason against all else. */
function withinLimits(
  { items }: Written,
  { certificates }: Rules,
): { readonly first: readonly Part[]; readonly others?: RegExp } {
  if (items.some(({ kind }) => kind === "long")) {
    return { first: [], others: /^The key (client_certificates|certificate) has more than 1 MiB/ };
  }
  const parts = items.flatMap((item): readonly Part[] => {
    const text = String(render(certificates, item));
    const found = certificatesOf(certificates, item);
    if (found.length === 0) return [{ item, fingerprint: null, text }];
    return found.map(({ fingerprint, certificate }) => {
      return { item, fingerprint, text: found.length === 1 ? text : certificate };
    });
  });
  const counted = new Set(parts.flatMap(({ fingerprint }) => fingerprint ?? []));
  const served = new Set([...counted].slice(0, MAXIMUM_CERTIFICATES));
  const first = parts.filter(({ fingerprint }) => fingerprint === null || served.has(fingerprint));
  return { first, ...counted.size > served.size && { others: /^The limit is 100 certificates/ } };
}

function reasonAgainst(
  { item: { kind }, fingerprint, wish, access }: Asked,
  { allowed, foreign, certificates: { authority } }: Rules,
): RegExp | undefined {
  if (kind === "text" || kind === "control") return /holds no PEM/;
  if (kind === "number") return /^A number was sent/;
  if (kind === "key") return /private key was sent/;
  if (fingerprint === authority.fingerprint) return /^The certificate of an authority was sent/;
  if (wish === "unreadable") return /^projects must be/;
  if ((wish?.length ?? 0) >= MANY_PROJECTS) return /^projects has \d+ names/;
  if (kind === "own") return /integrator's own/;
  if (kind === "expired" || kind === "flood") return /expired/;
  if (!isNoWider(access, allowed)) return /^The operator allows the projects/;
  if (access?.includes(NO_PROJECT)) return /^No LXD project "no-such"$/;
  const entry = foreign.get(fingerprint ?? "");
  if (entry && entry.type !== "client") return /with the type "metrics"/;
  if (entry && !isNoWider(accessOf(entry), access)) return /with access to more projects/;
  return undefined;
}
