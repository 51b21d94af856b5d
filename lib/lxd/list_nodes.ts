/**
 * Lists the members of LXD that serve clients.
 *
 * @module
 */
import * as z from "zod/mini";
import { limit } from "../async/limit.ts";
import type { Parser } from "../requirer/databag.ts";
import type { Node } from "../trust/want.ts";
import { clientAddress } from "./client_address.ts";
import { createRequest, type LxdRequest, type Reply, type Transport } from "./request.ts";
import { ADDRESS_LIMIT_MS } from "./time_limits.ts";

/** The part of GET /1.0 that describes a server. */
export interface ShownServer {
  /** Whether the server trusts our certificate: `trusted` or `untrusted`. */
  readonly auth: string;
  /** Names of the extensions of its API. Incus tells the untrusted none. */
  readonly "api_extensions"?: readonly string[] | null | undefined;
  /** Its configuration, as far as our certificate may see it. */
  readonly config?: Readonly<Record<string, unknown>> | null | undefined;
  /** Its properties, for trusted clients. */
  readonly environment?: {
    /** Name of the member, or of the host. */
    readonly server_name?: string | undefined;
    /** LXD's version. */
    readonly server_version?: string | undefined;
    /** Whether the server is a member of a cluster. */
    readonly server_clustered?: boolean | undefined;
    /** Addresses that the server listens at, `host:port`. */
    readonly addresses?: readonly string[] | null | undefined;
  } | undefined;
}

/** Parses the answer to `GET /1.0`. */
export const SERVER: Parser<ShownServer> = z.object({
  auth: z.string(),
  "api_extensions": z.nullish(z.array(z.string())),
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

/** The member that lists the others. */
export interface AskedMember {
  /** Address by which LXD was entered. */
  readonly endpoint: string;
  /** Address that the credential names. */
  readonly credential: string;
  /** The member's own GET /1.0. */
  readonly shown: ShownServer;
}

interface Member {
  readonly server_name: string;
  readonly url: string;
  readonly status: string;
}

// To ask every member at once would be a burden in a large cluster.
const MAXIMUM_QUESTIONS = 8;

const MEMBERS: Parser<readonly Member[]> = z.array(
  z.object({ server_name: z.string(), url: z.string(), status: z.string() }),
);

/**
 * Lists the members that serve clients: those online and, while a cluster is being upgraded, those
 * that answer. LXD reports all members as `Blocked` then, though members that are not upgraded yet
 * serve until the last one is.
 */
export async function listNodes(
  transport: Transport,
  asked: AskedMember,
): Promise<Reply<Nodes>> {
  const { endpoint, shown } = asked;
  const { server_name: name = "", server_clustered: isClustered } = shown.environment ?? {};
  const self = { endpoint, name };
  // A standalone server answers 500 to the question for members.
  if (!isClustered) return { kind: "done", value: { nodes: [self], isUpgrading: false } };
  const request = createRequest(transport, endpoint);
  const reply = await request(MEMBERS, "/1.0/cluster/members?recursion=1");
  if (reply.kind !== "done") return reply;
  const members = reply.value;
  const locate = createLocator(transport, asked, request);
  const active = (await Promise.all(members.map(locate))).filter((node) => node !== undefined);
  return {
    kind: "done",
    value: {
      nodes: active.length > 0 ? active : [self],
      isUpgrading: members.some(({ status }) => status === "Blocked"),
    },
  };
}

/**
 * Makes a function that finds where clients reach a member. The list tells where members reach each
 * other, which may be another address. One time limit holds for all members together.
 */
function createLocator(
  transport: Transport,
  { endpoint, credential, shown }: AskedMember,
  request: LxdRequest,
): (member: Member) => Promise<Node | undefined> {
  const now = () => transport.clock.now().getTime();
  const end = now() + ADDRESS_LIMIT_MS;
  const ask = limit(MAXIMUM_QUESTIONS, async (to: LxdRequest, name: string, path: string) => {
    const timeout = Math.max(end - now(), 0);
    const reply = await to(SERVER, path, { timeout, isRepeatable: false });
    const isFromMember = reply.kind === "done" && reply.value.environment?.server_name === name;
    return isFromMember ? reply.value : undefined;
  });
  const askThrough = (name: string) =>
    ask(request, name, `/1.0?target=${encodeURIComponent(name)}`);
  return async ({ server_name: name, url, status }) => {
    const isAsked = name === shown.environment?.server_name;
    // A cluster that has just lost its leader reports everyone as offline, the member asked too.
    if (isAsked && ["Online", "Offline", "Blocked"].includes(status)) {
      // The operator's address for this member is where clients reach it.
      return { endpoint: endpoint === credential ? credential : clientAddress(shown, url), name };
    }
    if (status !== "Online" && status !== "Blocked") return undefined;
    const found = status === "Blocked"
      ? await ask(createRequest(transport, url), name, "/1.0") ?? await askThrough(name)
      : await askThrough(name);
    if (found) return { endpoint: clientAddress(found, url), name };
    return status === "Online" ? { endpoint: url, name } : undefined;
  };
}
