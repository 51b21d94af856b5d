/**
 * The handful of LXD's calls that we use. All of them are judged by their HTTP status, never by
 * LXD's English.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Certificate, Fingerprint } from "./certificate.ts";
import { type Answer, type Call, createCall, isFinal, type Transport } from "./lxd_call.ts";
import type { Ending } from "./outcome.ts";
import type { Projects } from "./projects.ts";
import type { Node } from "./relation.ts";
import { repeat } from "./repeat.ts";
import { access } from "./step.ts";
import { ENTER_LIMIT_MS } from "./time_limits.ts";
import type { TrustEntry, TrustStore } from "./trust_store.ts";

/** LXD, entered: one member that answers and lets us manage its trust store. */
export interface Lxd {
  /** The member we speak with, `https://host:port`. */
  readonly endpoint: string;
  /** LXD's version. */
  readonly version: string;
  /** What a standalone server listens at, `host:port`; empty for a cluster. */
  readonly addresses: readonly string[];
  /** Lists the cluster's members that are online, or the standalone server. */
  readonly nodes: () => Promise<Answer<readonly Node[]>>;
  /** Lists the trust store. */
  readonly trustStore: () => Promise<Answer<TrustStore>>;
  /** Registers a client certificate, restricted to projects unless these are null. */
  readonly add: (
    certificate: Certificate,
    name: string,
    projects: Projects,
  ) => Promise<Answer<unknown>>;
  /** Renames an entry. */
  readonly rename: (fingerprint: Fingerprint, name: string) => Promise<Answer<unknown>>;
  /** Restricts an entry to projects; null lifts the restriction. */
  readonly restrict: (
    fingerprint: Fingerprint,
    projects: Projects,
  ) => Promise<Answer<unknown>>;
  /** Removes an entry. */
  readonly revoke: (fingerprint: Fingerprint) => Promise<Answer<unknown>>;
}

/** How an attempt to enter LXD ended. */
export type Entrance =
  | { readonly kind: "entered"; readonly lxd: Lxd }
  | {
    readonly kind: "refused";
    readonly endpoint: string;
    readonly ending: Ending;
  };

const SILENT: readonly Ending["kind"][] = ["unreachable", "other-server"];

const Environment = z.object({
  server_name: z.optional(z.string()),
  server_version: z.optional(z.string()),
  server_clustered: z.optional(z.boolean()),
  addresses: z.nullish(z.array(z.string())),
});
const Server = z.object({
  auth: z.string(),
  config: z.nullish(z.looseObject({})),
  environment: z.optional(Environment),
});
const Members = z.array(z.object({ server_name: z.string(), url: z.string(), status: z.string() }));
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
  return await repeat(
    () => enterAny(transport, own, once),
    (entrance) => entrance.kind === "entered" || isFinal(entrance.ending),
  );
}

async function enterAny(
  transport: Transport,
  own: string,
  known: () => Promise<readonly string[]>,
): Promise<Entrance> {
  const first = await knock(transport, own);
  if (first.kind === "entered" || first.ending.kind !== "unreachable") return first;
  for (const endpoint of new Set(await known()).difference(new Set([own]))) {
    const entrance = await knock(transport, endpoint);
    // A member that is down too, or that has left the cluster and with it the certificate.
    if (entrance.kind === "refused" && SILENT.includes(entrance.ending.kind)) continue;
    return entrance;
  }
  return first;
}

async function knock(transport: Transport, endpoint: string): Promise<Entrance> {
  const call = createCall(transport, endpoint);
  const answer = await call(Server, "/1.0", { timeout: ENTER_LIMIT_MS, isRepeatable: false });
  if (answer.kind !== "done") return { kind: "refused", endpoint, ending: answer };
  const { auth, config, environment } = answer.value;
  if (auth !== "trusted") return { kind: "refused", endpoint, ending: { kind: "untrusted" } };
  // The server's configuration is shown to administrators only: null on LXD, {} on Incus.
  if (Object.keys(config ?? {}).length === 0) {
    return { kind: "refused", endpoint, ending: { kind: "restricted" } };
  }
  return { kind: "entered", lxd: createLxd(endpoint, call, environment ?? {}) };
}

function createLxd(endpoint: string, call: Call, server: z.infer<typeof Environment>): Lxd {
  const one = (fingerprint: Fingerprint) => `/1.0/certificates/${fingerprint}`;
  const change = (method: string, path: string, body?: unknown) =>
    call(z.unknown(), path, { method, body });
  return {
    endpoint,
    version: server.server_version ?? "",
    addresses: server.server_clustered ? [] : server.addresses ?? [],
    nodes: async () => {
      // A standalone server answers 500 to the question for members.
      const self = { endpoint, name: server.server_name ?? "" };
      if (!server.server_clustered) return { kind: "done", value: [self] };
      const answer = await call(Members, "/1.0/cluster/members?recursion=1");
      // A cluster that has just lost its leader calls everyone offline, the one that says so too.
      const isActive = (name: string, status: string): boolean =>
        status === "Online" || status === "Offline" && name === self.name;
      return map(
        answer,
        (members) =>
          members.filter(({ server_name, status }) => isActive(server_name, status))
            .map(({ server_name, url }) => ({ endpoint: url, name: server_name })),
      );
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
    rename: (fingerprint, name) => change("PATCH", one(fingerprint), { name }),
    restrict: (fingerprint, projects) => change("PATCH", one(fingerprint), access(projects)),
    revoke: (fingerprint) => change("DELETE", one(fingerprint)),
  };
}

function readEntry({ restricted = false, projects, ...entry }: z.infer<typeof Entry>): TrustEntry {
  // LXD computes it as we do.
  const fingerprint = entry.fingerprint as Fingerprint;
  return { ...entry, fingerprint, restricted, projects: (projects ?? []).toSorted() };
}

function map<T, U>(answer: Answer<T>, read: (value: T) => U): Answer<U> {
  return answer.kind === "done" ? { kind: "done", value: read(answer.value) } : answer;
}
