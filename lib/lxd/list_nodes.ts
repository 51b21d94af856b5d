/**
 * The members of LXD that serve clients.
 *
 * @module
 */
import * as z from "zod/mini";
import { limit } from "../async/limit.ts";
import type { Parser } from "../requirer/databag.ts";
import { type Call, createCall, type Reply, type Transport } from "./request.ts";
import { clientAddress } from "./client_address.ts";
import { ADDRESS_LIMIT_MS } from "./time_limits.ts";
import type { Node } from "../trust/want.ts";

/** What a server shows of itself. */
export interface ShownServer {
  /** Whether it trusts us: `trusted` or `untrusted`. */
  readonly auth: string;
  /** Its configuration, as far as we may see it. */
  readonly config?: Readonly<Record<string, unknown>> | null | undefined;
  /** What it is, for those that it trusts. */
  readonly environment?: {
    /** Name of the member, or of the host. */
    readonly server_name?: string | undefined;
    /** LXD's version. */
    readonly server_version?: string | undefined;
    /** Whether it is a member of a cluster. */
    readonly server_clustered?: boolean | undefined;
    /** What it listens at, `host:port`. */
    readonly addresses?: readonly string[] | null | undefined;
  } | undefined;
}

/** Reads what a server shows of itself: the answer to `GET /1.0`. */
export const Server: Parser<ShownServer> = z.object({
  auth: z.string(),
  config: z.nullish(z.looseObject({})),
  environment: z.optional(z.object({
    server_name: z.optional(z.string()),
    server_version: z.optional(z.string()),
    server_clustered: z.optional(z.boolean()),
    addresses: z.nullish(z.array(z.string())),
  })),
});

/** The nodes. */
export interface Nodes {
  /** The cluster's members that serve, or the standalone server; at least the one that was asked. */
  readonly nodes: readonly Node[];
  /** Whether members wait for others to be upgraded. */
  readonly isUpgrading: boolean;
}

/** The member that is asked. */
export interface Asked {
  /** Where it was entered. */
  readonly endpoint: string;
  /** What it shows of itself. */
  readonly shown: ShownServer;
}

// To ask every member at once would be a burden in a large cluster.
const MAXIMUM_QUESTIONS = 8;

const Members = z.array(z.object({ server_name: z.string(), url: z.string(), status: z.string() }));

/**
 * Lists the members that serve clients: those online and, while a cluster is being upgraded, those
 * that answer. LXD calls all members `Blocked` then, though the ones that are not upgraded yet go on
 * serving until the last one is.
 *
 * @param transport Speaks with LXD and no one else.
 * @param asked The member to ask for the list.
 * @param own The endpoint that the credential names.
 * @returns The nodes.
 */
export async function listNodes(
  transport: Transport,
  { endpoint, shown }: Asked,
  own: string,
): Promise<Reply<Nodes>> {
  const { server_name: name = "", server_clustered: isClustered } = shown.environment ?? {};
  const self = { endpoint, name };
  // A standalone server answers 500 to the question for members.
  if (!isClustered) return { kind: "done", value: { nodes: [self], isUpgrading: false } };
  const call = createCall(transport, endpoint);
  const answer = await call(Members, "/1.0/cluster/members?recursion=1");
  if (answer.kind !== "done") return answer;
  const members = answer.value;
  // The list tells where members reach each other, which need not be where clients do. Nobody is
  // waited for beyond the one limit.
  const end = Date.now() + ADDRESS_LIMIT_MS;
  const ask = limit(MAXIMUM_QUESTIONS, async (call: Call, member: string, path: string) => {
    const timeout = Math.max(end - Date.now(), 0);
    const answer = await call(Server, path, { timeout, isRepeatable: false });
    const isIts = answer.kind === "done" && answer.value.environment?.server_name === member;
    return isIts ? answer.value : undefined;
  });
  const throughUs = (member: string) =>
    ask(call, member, `/1.0?target=${encodeURIComponent(member)}`);
  const nodes = members.map(async ({ server_name: member, url, status }) => {
    // A cluster that has just lost its leader calls everyone offline, the one that says so too.
    if (member === name && ["Online", "Offline", "Blocked"].includes(status)) {
      // What the operator calls it is where clients reach it.
      return { endpoint: endpoint === own ? own : clientAddress(shown, url), name };
    }
    if (status !== "Online" && status !== "Blocked") return undefined;
    const its = status === "Blocked"
      ? await ask(createCall(transport, url), member, "/1.0") ?? await throughUs(member)
      : await throughUs(member);
    if (its) return { endpoint: clientAddress(its, url), name: member };
    return status === "Online" ? { endpoint: url, name: member } : undefined;
  });
  const active = (await Promise.all(nodes)).filter((node) => node !== undefined);
  return {
    kind: "done",
    value: {
      nodes: active.length > 0 ? active : [self],
      isUpgrading: members.some(({ status }) => status === "Blocked"),
    },
  };
}
