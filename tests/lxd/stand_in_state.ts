/**
 * State of the stand-in: trust store, projects, cluster.
 *
 * @module
 */
import { createHash, X509Certificate } from "node:crypto";
import type { ServerIdentity } from "./daemon.ts";
import type { Caller, StandInRequest } from "./stand_in_answer.ts";
import type { Dialect } from "./stand_in_dialect.ts";
import { isValidNow } from "./stand_in_material.ts";
import type { MemberStatus, TrustEntry } from "./world.ts";

/** A member as the cluster lists it. */
export interface ListedMember {
  /** Its name. */
  readonly name: string;
  /** Its address. */
  readonly address: string;
  /** The status that the cluster reports. */
  status: MemberStatus;
}

/** A fine-grained identity with a certificate. */
export interface Identity {
  /** Its name, which can be used once. */
  readonly name: string;
  /** SHA-256 of its certificate's DER in lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Its certificate as PEM. */
  readonly certificate: string;
  /** Names of its groups. */
  readonly groups: readonly string[];
}

/** The entry that a token adds. */
export type TokenRequest = Pick<TrustEntry, "name" | "restricted" | "projects">;

/** The state that all members share. */
export interface State {
  /** The version that it behaves like. */
  dialect: Dialect;
  /** Entries by fingerprint. */
  readonly entries: Map<string, TrustEntry>;
  /** Fine-grained identities by fingerprint. */
  readonly identities: Map<string, Identity>;
  /** Groups of identities: their entitlements on the server, by name. */
  readonly groups: Map<string, readonly string[]>;
  /** The server's configuration, without defaults. */
  readonly config: Map<string, string>;
  /** What tokens add to the trust store, by their secrets. */
  readonly tokens: Map<string, TokenRequest>;
  /** Names of the projects, in the order of their creation. */
  readonly projects: Set<string>;
  /** Names of the storage pools. */
  readonly pools: Set<string>;
  /** The instances, as `<project>/<name>`. */
  readonly instances: Set<string>;
  /** The members. */
  readonly members: readonly ListedMember[];
  /** Name in the cluster of the first member, or `undefined` while standalone. */
  clusterName: string | undefined;
  /** The certificate that every member presents. */
  identity: ServerIdentity;
}

/** A request, with its sender and the state that it reads and changes. */
export interface Call {
  /** The state that all members share. */
  readonly state: State;
  /** The sender. */
  readonly caller: Caller;
  /** The request. */
  readonly request: StandInRequest;
  /** The member that is asked. */
  readonly member: ListedMember;
  /** Makes every member present the identity of the state. */
  readonly present: () => Promise<void>;
}

/** Makes an entry. Its projects are in the order of their creation. */
export function entryOf(
  state: State,
  certificate: X509Certificate,
  { name, type, restricted, projects }: Pick<
    TrustEntry,
    "name" | "type" | "restricted" | "projects"
  >,
): TrustEntry {
  const wanted = new Set(projects);
  return {
    // An entry without a name gets the name in its certificate.
    name: name === "" ? /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "" : name,
    type,
    restricted,
    projects: [...state.projects].filter((project) => wanted.has(project)),
    certificate: `${certificate.toString().trim()}\n`,
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}

/** Whether a client, a metrics client, a member or an identity has a name. */
export function isNameTaken({ entries, identities }: State, name: string): boolean {
  return [...entries.values(), ...identities.values()].some((one) => one.name === name);
}

/** Finds the caller that presents a certificate. An expired one counts as none. */
export function callerOf(state: State, raw: Uint8Array | undefined): Caller {
  const nobody = {
    kind: "untrusted",
    presented: raw !== undefined,
    raw,
    metrics: false,
  } as const;
  if (raw === undefined) return nobody;
  const certificate = new X509Certificate(raw);
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  if (!isValidNow(certificate)) return nobody;
  const identity = state.identities.get(fingerprint);
  if (identity !== undefined && state.dialect.identities) {
    const entitlements = identity.groups.flatMap((group) => state.groups.get(group) ?? []);
    return { kind: "identity", fingerprint, entitlements };
  }
  const entry = state.entries.get(fingerprint);
  if (entry === undefined) return nobody;
  // Metrics certificates give access to /1.0/metrics only.
  if (entry.type === "metrics") return { ...nobody, metrics: true };
  return { kind: entry.restricted ? "restricted" : "trusted", fingerprint };
}

/** Name of a member in the cluster. */
export function nameOf({ clusterName, members }: State, member: ListedMember): string {
  return members.length === 1 && clusterName !== undefined ? clusterName : member.name;
}

/** Computes the ETag of a value. */
export function etagOf(value: unknown): string {
  return `"${createHash("sha256").update(JSON.stringify(value)).digest("hex")}"`;
}

/** Computes the fingerprint of a certificate in DER, if there is one. */
export function fingerprintOfRaw(raw: Uint8Array | undefined): string | undefined {
  return raw === undefined ? undefined : createHash("sha256").update(raw).digest("hex");
}
