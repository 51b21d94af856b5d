/**
 * The handful of LXD's calls that we use. All of them are judged by their HTTP status, never by
 * LXD's English.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Certificate, Fingerprint } from "./certificate.ts";
import { limit } from "./limit.ts";
import { type Answer, type Call, createCall, isFinal, type Transport } from "./lxd_call.ts";
import { clientAddress } from "./node_address.ts";
import type { Ending } from "./outcome.ts";
import type { Projects } from "./projects.ts";
import type { Node } from "./relation.ts";
import { repeat } from "./repeat.ts";
import { access } from "./step.ts";
import { ADDRESS_LIMIT_MS, ENTER_LIMIT_MS } from "./time_limits.ts";
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

// To ask every member at once would be a burden in a large cluster.
const MAXIMUM_QUESTIONS = 8;

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
  const { auth, config } = answer.value;
  if (auth !== "trusted") return { kind: "refused", endpoint, ending: { kind: "untrusted" } };
  // The server's configuration is shown to administrators only: null on LXD, {} on Incus.
  if (Object.keys(config ?? {}).length === 0) {
    return { kind: "refused", endpoint, ending: { kind: "restricted" } };
  }
  return { kind: "entered", lxd: createLxd(endpoint, call, answer.value, own) };
}

function createLxd(
  endpoint: string,
  call: Call,
  shown: z.infer<typeof Server>,
  own: string,
): Lxd {
  const server = shown.environment ?? {};
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
      if (answer.kind !== "done") return answer;
      // A cluster that has just lost its leader calls everyone offline, the one that says so too.
      const active = answer.value.filter(({ server_name: name, status }) =>
        status === "Online" || status === "Offline" && name === self.name
      );
      // The list tells where members reach each other, which need not be where clients do. Nobody is
      // waited for beyond the one limit.
      const end = Date.now() + ADDRESS_LIMIT_MS;
      const addressOf = limit(MAXIMUM_QUESTIONS, async (name: string, url: string) => {
        const answer = await call(Server, `/1.0?target=${encodeURIComponent(name)}`, {
          timeout: Math.max(end - Date.now(), 0),
          isRepeatable: false,
        });
        const isOf = answer.kind === "done" && answer.value.environment?.server_name === name;
        return isOf ? clientAddress(answer.value, url) : url;
      });
      const value = await Promise.all(active.map(async ({ server_name: name, url }) => {
        if (name !== self.name) return { endpoint: await addressOf(name, url), name };
        // What the operator calls it is where clients reach it.
        return { endpoint: endpoint === own ? own : clientAddress(shown, url), name };
      }));
      return { kind: "done", value };
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
