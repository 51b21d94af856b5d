/**
 * What the stand-in remembers: trust store, projects, cluster.
 *
 * @module
 */
import { createHash, X509Certificate } from "node:crypto";
import type { ServerIdentity } from "./daemon.ts";
import type { Caller } from "./stand_in_answer.ts";
import type { Dialect } from "./stand_in_dialect.ts";
import { isValidNow } from "./stand_in_material.ts";
import type { MemberStatus, TrustEntry } from "./world.ts";

/** A member as the cluster lists it. */
export interface ListedMember {
  /** Its name. */
  readonly name: string;
  /** Its address. */
  readonly address: string;
  /** What the cluster says of it. */
  status: MemberStatus;
}

/** The state that all members share. */
export interface State {
  /** How it behaves. */
  readonly dialect: Dialect;
  /** Entries by fingerprint. */
  readonly entries: Map<string, TrustEntry>;
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

/** Makes an entry; the projects come in the order in which LXD knows them. */
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
    // LXD names an entry after its certificate if it is given no name.
    name: name === "" ? /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "" : name,
    type,
    restricted,
    projects: [...state.projects].filter((project) => wanted.has(project)),
    certificate: `${certificate.toString().trim()}\n`,
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}

/** Judges who presents a certificate. An expired one is as good as none. */
export function callerOf(state: State, presented: Uint8Array | undefined): Caller {
  if (presented === undefined) return { kind: "untrusted" };
  const certificate = new X509Certificate(presented);
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  const entry = state.entries.get(fingerprint);
  // Entries of type `metrics` open /1.0/metrics only.
  if (entry === undefined || entry.type === "metrics" || !isValidNow(certificate)) {
    return { kind: "untrusted" };
  }
  return { kind: entry.restricted ? "restricted" : "trusted", fingerprint };
}

/** Computes the ETag of what LXD shows. */
export function etagOf(value: unknown): string {
  return `"${createHash("sha256").update(JSON.stringify(value)).digest("hex")}"`;
}

/** Computes the fingerprint of a certificate in DER, if there is one. */
export function fingerprintOfRaw(raw: Uint8Array | undefined): string | undefined {
  return raw === undefined ? undefined : createHash("sha256").update(raw).digest("hex");
}
