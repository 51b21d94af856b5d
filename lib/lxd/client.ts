/**
 * The handful of LXD's calls that we use. All of them are judged by their HTTP status, never by
 * LXD's English.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { type Call, createCall, isFinal, type Reply, type Transport } from "./request.ts";
import { mayManage } from "./may_manage.ts";
import { type Asked, listNodes, type Nodes, Server } from "./list_nodes.ts";
import type { LxdFailure } from "../outcome.ts";
import type { Projects } from "../trust/projects.ts";
import { retry } from "../async/retry.ts";
import { access } from "../trust/step.ts";
import { ENTER_LIMIT_MS, PAUSES_MS } from "./time_limits.ts";
import type { TrustEntry, TrustStore } from "../trust/trust_store.ts";

/** LXD, entered: one member that answers and trusts us. */
export interface Lxd {
  /** The member we speak with, `https://host:port`. */
  readonly endpoint: string;
  /** LXD's version. */
  readonly version: string;
  /** Whether it is a member of a cluster. */
  readonly isClustered: boolean;
  /** What it listens at, `host:port`. */
  readonly addresses: readonly string[];
  /** Lists the cluster's members that serve clients, or the standalone server. */
  readonly nodes: () => Promise<Reply<Nodes>>;
  /** Lists the trust store. */
  readonly trustStore: () => Promise<Reply<TrustStore>>;
  /** Asks whether our certificate lets us manage the trust store, of which it shows us a list. */
  readonly mayManage: (own: Fingerprint, trusted: TrustStore) => Promise<Reply<boolean>>;
  /** Asks whether a certificate is an identity, which need not be listed in the trust store. */
  readonly isIdentity: (fingerprint: Fingerprint) => Promise<boolean>;
  /** Registers a client certificate, restricted to projects unless these are null. */
  readonly add: (
    certificate: Certificate,
    name: string,
    projects: Projects,
  ) => Promise<Reply<unknown>>;
  /**
   * Renames an entry, and says again what it gives access to: from 6.7 on, LXD refuses any change
   * that leaves projects beside no restriction, as former versions took them.
   */
  readonly rename: (
    fingerprint: Fingerprint,
    name: string,
    projects: Projects,
  ) => Promise<Reply<unknown>>;
  /** Restricts an entry to projects; null lifts the restriction. */
  readonly restrict: (
    fingerprint: Fingerprint,
    projects: Projects,
  ) => Promise<Reply<unknown>>;
  /** Removes an entry. */
  readonly revoke: (fingerprint: Fingerprint) => Promise<Reply<unknown>>;
}

/** How an attempt to enter LXD ended. */
export type Entrance =
  | { readonly kind: "entered"; readonly lxd: Lxd }
  | {
    readonly kind: "refused";
    readonly endpoint: string;
    readonly ending: LxdFailure;
  };

const SILENT: readonly LxdFailure["kind"][] = ["unreachable", "other-server"];

const Entry = z.object({
  fingerprint: z.string(),
  name: z.string(),
  type: z.string(),
  restricted: z.optional(z.boolean()),
  projects: z.nullish(z.array(z.string())),
  certificate: z.string(),
});
// Newer LXD answers null for an empty list.
const Entries = z.nullable(z.array(Entry));

/**
 * Enters LXD by the first of its members that answers.
 *
 * @param transport Speaks with LXD and no one else.
 * @param own The credential's own endpoint.
 * @param known Tells the endpoints of members known from before, where the own one is silent.
 * @returns LXD, or why it could not be entered.
 */
export async function enterLxd(
  transport: Transport,
  own: string,
  known: () => Promise<readonly string[]>,
): Promise<Entrance> {
  let others: Promise<readonly string[]> | undefined;
  const once = () => others ??= known();
  // Where nobody answers, LXD may be starting again.
  return await retry(() => enterAny(transport, own, once), {
    isFinal: (entrance) => entrance.kind === "entered" || isFinal(entrance.ending),
    pauses: PAUSES_MS,
  });
}

async function enterAny(
  transport: Transport,
  own: string,
  known: () => Promise<readonly string[]>,
): Promise<Entrance> {
  const first = await knock(transport, own, own);
  if (first.kind === "entered" || first.ending.kind !== "unreachable") return first;
  for (const endpoint of new Set(await known()).difference(new Set([own]))) {
    const entrance = await knock(transport, endpoint, own);
    // A member that is down too, or that has left the cluster and with it the certificate.
    if (entrance.kind === "refused" && SILENT.includes(entrance.ending.kind)) continue;
    return entrance;
  }
  return first;
}

async function knock(transport: Transport, endpoint: string, own: string): Promise<Entrance> {
  const call = createCall(transport, endpoint);
  const answer = await call(Server, "/1.0", { timeout: ENTER_LIMIT_MS, isRepeatable: false });
  if (answer.kind !== "done") return { kind: "refused", endpoint, ending: answer };
  const shown = answer.value;
  if (shown.auth !== "trusted") return { kind: "refused", endpoint, ending: { kind: "untrusted" } };
  return { kind: "entered", lxd: createLxd(transport, call, { endpoint, shown }, own) };
}

function createLxd(transport: Transport, call: Call, asked: Asked, own: string): Lxd {
  const { endpoint, shown } = asked;
  const server = shown.environment ?? {};
  const one = (fingerprint: Fingerprint) => `/1.0/certificates/${fingerprint}`;
  const change = (method: string, path: string, body?: unknown) =>
    call(z.unknown(), path, { method, body });
  return {
    endpoint,
    version: server.server_version ?? "",
    isClustered: server.server_clustered ?? false,
    addresses: server.addresses ?? [],
    nodes: () => listNodes(transport, asked, own),
    mayManage: (fingerprint, trusted) => mayManage(call, shown.config, fingerprint, trusted),
    isIdentity: async (fingerprint) => {
      const answer = await call(z.unknown(), `/1.0/auth/identities/tls/${fingerprint}`);
      return answer.kind === "done";
    },
    trustStore: async () => {
      const answer = await call(Entries, "/1.0/certificates?recursion=1");
      return map(
        answer,
        (entries) =>
          new Map((entries ?? []).map(readEntry).map((entry) => [entry.fingerprint, entry])),
      );
    },
    add: ({ der }, name, projects) => {
      const body = { type: "client", name, certificate: der, ...access(projects) };
      return change("POST", "/1.0/certificates", body);
    },
    rename: (fingerprint, name, projects) =>
      change("PATCH", one(fingerprint), { name, ...access(projects) }),
    restrict: (fingerprint, projects) => change("PATCH", one(fingerprint), access(projects)),
    revoke: (fingerprint) => change("DELETE", one(fingerprint)),
  };
}

function readEntry({ restricted = false, projects, ...entry }: z.infer<typeof Entry>): TrustEntry {
  // LXD computes it as we do.
  const fingerprint = entry.fingerprint as Fingerprint;
  return { ...entry, fingerprint, restricted, projects: (projects ?? []).toSorted() };
}

function map<T, U>(answer: Reply<T>, read: (value: T) => U): Reply<U> {
  return answer.kind === "done" ? { kind: "done", value: read(answer.value) } : answer;
}
