/**
 * The calls of LXD's API that the charm makes. HTTP statuses decide what a reply means, never LXD's
 * English.
 *
 * @module
 */
import * as z from "zod/mini";
import { retry } from "../async/retry.ts";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { Projects } from "../trust/projects.ts";
import type { EntryType, TrustEntry, TrustStore } from "../trust/trust_store.ts";
import {
  type Access,
  CERTIFICATE,
  CERTIFICATES,
  readEntry,
  readTrustStore,
  renderAccess,
} from "./certificates.ts";
import { enrol, type Enrolment, type EnrolmentFailure } from "./enrol.ts";
import { listNodes, type Nodes, SERVER, type ShownServer } from "./list_nodes.ts";
import { listProjects } from "./list_projects.ts";
import { mayManage } from "./may_manage.ts";
import {
  createRequest,
  isFinal,
  type LxdRequest,
  type Reply,
  type RequestFailure,
  type Transport,
} from "./request.ts";
import { limitFor, PAUSES_MS } from "./time_limits.ts";

/** An entry to be added. */
export interface Addition {
  /** The client's certificate. */
  readonly certificate: Certificate;
  /** Name of the entry. */
  readonly name: string;
  /** The projects to restrict the client to; null gives access to all of LXD. */
  readonly projects: Projects;
  /** Type of the entry. @default {"client"} */
  readonly type?: EntryType;
}

/** One member of LXD that answers and trusts our certificate. */
export interface Lxd {
  /** Address of the member, `https://host:port`. */
  readonly endpoint: string;
  /** LXD's version. */
  readonly version: string;
  /** Whether the server is a member of a cluster. */
  readonly isClustered: boolean;
  /** Addresses that the server listens at, `host:port`. */
  readonly addresses: readonly string[];
  /** Lists the cluster's members that serve clients, or the standalone server. */
  readonly nodes: () => Promise<Reply<Nodes>>;
  /** Lists the names of LXD's projects; undefined if our certificate is not shown all of them. */
  readonly projects: () => Promise<Reply<ReadonlySet<string> | undefined>>;
  /** Lists the trust store. */
  readonly trustStore: () => Promise<Reply<TrustStore>>;
  /** Asks whether a certificate may manage the trust store. LXD has listed the trust store for it. */
  readonly mayManage: (
    fingerprint: Fingerprint,
    trustStore: TrustStore,
  ) => Promise<Reply<boolean>>;
  /** Asks whether a certificate is an identity. The trust store need not list those. */
  readonly isIdentity: (fingerprint: Fingerprint) => Promise<boolean>;
  /** Adds an entry for a certificate of a client. */
  readonly add: (addition: Addition) => Promise<Reply<unknown>>;
  /**
   * Renames an entry, and sends its projects again. From 6.7 on, LXD refuses any change that leaves
   * projects beside no restriction, as former versions took them.
   *
   * This and each further change holds for the entry that was listed. If the entry has another name or
   * type by now, it is refused with the status {@linkcode CHANGED}.
   */
  readonly rename: (entry: TrustEntry, name: string) => Promise<Reply<unknown>>;
  /** Restricts an entry to projects; null lifts the restriction. */
  readonly restrict: (entry: TrustEntry, projects: Projects) => Promise<Reply<unknown>>;
  /** Removes an entry. */
  readonly revoke: (entry: TrustEntry) => Promise<Reply<unknown>>;
}

/** HTTP status of a change of an entry that somebody else has changed meanwhile. */
export const CHANGED = 412;

/** Why LXD could not be used. */
export type LxdFailure =
  | RequestFailure
  /** LXD does not know our certificate. */
  | { readonly kind: "untrusted" }
  /** LXD knows our certificate, but does not let it manage the trust store. */
  | { readonly kind: "restricted"; readonly isIdentity?: boolean }
  | EnrolmentFailure;

/** How an attempt to enter LXD ended. */
export type Entrance =
  | {
    readonly kind: "entered";
    readonly lxd: Lxd;
    /** Whether LXD has just added our certificate to its trust store. @default {false} */
    readonly hasEnrolled?: boolean;
  }
  | { readonly kind: "failed"; readonly endpoint: string; readonly failure: LxdFailure };

/** Where LXD may be. */
export interface Endpoints {
  /** The endpoint that the credential names. */
  readonly credential: string;
  /** Further endpoints that the credential names, in order of preference. @default {none} */
  readonly others?: readonly string[];
  /** Lists the endpoints of members known from before. Called only if all of these are silent. */
  readonly known: () => Promise<readonly string[]>;
  /** Makes LXD trust our certificate if it does not. @default {LXD is not asked to} */
  readonly enrolment?: Enrolment | undefined;
}

const SILENT: readonly LxdFailure["kind"][] = ["unreachable", "other-server"];

/**
 * Enters LXD by the credential's endpoints, or else by the first known member that answers. If nobody
 * answers, LXD may be starting, so the attempt is repeated.
 *
 * @returns LXD, or the failure at one of the credential's endpoints or the first member that answered.
 */
export async function enterLxd(transport: Transport, endpoints: Endpoints): Promise<Entrance> {
  let members: Promise<readonly string[]> | undefined;
  const once = () => members ??= endpoints.known();
  return await retry(() => enterAny(transport, { ...endpoints, known: once }), {
    isFinal: (entrance) => entrance.kind === "entered" || isFinal(entrance.failure),
    pauses: PAUSES_MS,
    clock: transport.clock,
  });
}

async function enterAny(transport: Transport, endpoints: Endpoints): Promise<Entrance> {
  const { credential, others = [], known } = endpoints;
  const named = [credential, ...others];
  const own: Entrance[] = [];
  for (const endpoint of named) {
    const entrance = await enterAt(transport, endpoint, endpoints);
    if (entrance.kind === "entered" || !SILENT.includes(entrance.failure.kind)) return entrance;
    own.push(entrance);
  }
  // Who answered there is not LXD, which says more than silence.
  const first = own.find((one) => one.kind === "failed" && one.failure.kind !== "unreachable");
  if (first) return first;
  for (const endpoint of new Set(await known()).difference(new Set(named))) {
    const entrance = await enterAt(transport, endpoint, endpoints);
    // This member is down too, or has left the cluster and with it the certificate.
    if (entrance.kind === "failed" && SILENT.includes(entrance.failure.kind)) continue;
    return entrance;
  }
  return own[0] ?? await enterAt(transport, credential, endpoints);
}

async function enterAt(
  transport: Transport,
  endpoint: string,
  { credential, others = [], enrolment }: Endpoints,
): Promise<Entrance> {
  const request = createRequest(transport, endpoint);
  const timeout = limitFor(1 + others.length);
  const show = () => request(SERVER, "/1.0", { timeout, isRepeatable: false });
  const failed = (failure: LxdFailure): Entrance => ({ kind: "failed", endpoint, failure });
  const enter = (shown: ShownServer) => {
    const named = others.includes(endpoint) ? endpoint : credential;
    const lxd = createLxd(transport, { endpoint, credential: named, shown });
    return { kind: "entered", lxd } as const;
  };
  const reply = await show();
  if (reply.kind !== "done") return failed(reply);
  if (reply.value.auth === "trusted") return enter(reply.value);
  // LXD 5.0.2 spends a token at any member, and fails at each but the one that made it.
  const isNamed = endpoint === credential || others.includes(endpoint);
  if (!enrolment || !isNamed) return failed({ kind: "untrusted" });
  const failure = await enrol(request, reply.value, enrolment);
  if (failure) return failed(failure);
  const again = await show();
  if (again.kind !== "done") return failed(again);
  if (again.value.auth !== "trusted") return failed({ kind: "untrusted" });
  return { ...enter(again.value), hasEnrolled: true };
}

function createLxd(
  transport: Transport,
  member: { readonly endpoint: string; readonly credential: string; readonly shown: ShownServer },
): Lxd {
  const { endpoint, shown } = member;
  const server = shown.environment ?? {};
  const request = createRequest(transport, endpoint);
  return {
    endpoint,
    version: server.server_version ?? "",
    isClustered: server.server_clustered ?? false,
    addresses: server.addresses ?? [],
    nodes: () => listNodes(transport, member),
    projects: () => listProjects(request),
    mayManage: (fingerprint, trustStore) =>
      mayManage(request, { fingerprint, trustStore, config: shown.config }),
    isIdentity: async (fingerprint) => {
      const reply = await request(z.unknown(), `/1.0/auth/identities/tls/${fingerprint}`);
      return reply.kind === "done";
    },
    trustStore: async () => {
      const reply = await request(CERTIFICATES, "/1.0/certificates?recursion=1");
      return reply.kind === "done" ? { kind: "done", value: readTrustStore(reply.value) } : reply;
    },
    add: ({ certificate: { der }, name, projects, type = "client" }) => {
      const body = { type, name, certificate: der, ...renderAccess(projects) };
      return request(z.unknown(), "/1.0/certificates", { method: "POST", body });
    },
    ...changesOf(request),
  };
}

/** The changes of entries. Each reads the entry again, because a human may have changed it. */
function changesOf(request: LxdRequest): Pick<Lxd, "rename" | "restrict" | "revoke"> {
  const change = async (
    { fingerprint, name, type }: TrustEntry,
    method: "PATCH" | "DELETE",
    render?: (entry: TrustEntry) => Access & { readonly name?: string },
  ): Promise<Reply<unknown>> => {
    const path = `/1.0/certificates/${fingerprint}`;
    const read = await request(CERTIFICATE, path);
    if (read.kind !== "done") return read;
    const entry = readEntry(read.value);
    if (entry.name !== name || entry.type !== type) {
      return { kind: "refused", status: CHANGED, message: "the entry was changed meanwhile" };
    }
    // LXD compares the ETag in a PATCH. It ignores it in a DELETE.
    return await request(z.unknown(), path, { method, body: render?.(entry), etag: read.etag });
  };
  return {
    rename: (entry, name) =>
      change(entry, "PATCH", ({ projects }) => ({ name, ...renderAccess(projects) })),
    restrict: (entry, projects) => change(entry, "PATCH", () => renderAccess(projects)),
    revoke: (entry) => change(entry, "DELETE"),
  };
}
