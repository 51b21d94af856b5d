/**
 * Lists all members of a cluster, also those that do not serve clients.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Parser } from "../requirer/databag.ts";
import { SERVER } from "./list_nodes.ts";
import { createRequest, type LxdRequest, type Reply, type Transport } from "./request.ts";
import { ADDRESS_LIMIT_MS } from "./time_limits.ts";

/** One member, as the cluster lists it. */
export interface ListedMember {
  /** Its name. */
  readonly server_name: string;
  /** Address at which members reach each other. */
  readonly url: string;
  /** `Online`, `Offline`, `Evacuated` or `Blocked`. */
  readonly status: string;
  /** Words about the status. */
  readonly message?: string | undefined;
  /** Its roles, such as `database`. */
  readonly roles?: readonly string[] | null | undefined;
}

/** The voters of the cluster's database. */
export interface Quorum {
  /** Number of all voters. */
  readonly voters: number;
  /** Number of those online. */
  readonly online: number;
  /** Whether most of them are. */
  readonly holds: boolean;
}

const MEMBERS: Parser<readonly ListedMember[]> = z.array(z.object({
  server_name: z.string(),
  url: z.string(),
  status: z.string(),
  message: z.optional(z.string()),
  roles: z.nullish(z.array(z.string())),
}));

// The leader votes as well. A member with the role `database-standby` does not.
const VOTING = ["database", "database-leader"];

/** Lists all members of a cluster, through one of them. */
export function listMembers(request: LxdRequest): Promise<Reply<readonly ListedMember[]>> {
  return request(MEMBERS, "/1.0/cluster/members?recursion=1");
}

/**
 * Counts the voters of the cluster's database.
 *
 * @example One of three is offline
 * ```ts
 * import assert from "node:assert/strict";
 * const member = { server_name: "a", url: "https://a:8443", status: "Online", roles: ["database"] };
 * const members = [member, member, { ...member, status: "Offline" }];
 * assert.deepEqual(quorumOf(members), { voters: 3, online: 2, holds: true });
 * ```
 */
export function quorumOf(members: readonly ListedMember[]): Quorum {
  const voting = members.filter(({ roles }) => roles?.some((role) => VOTING.includes(role)));
  const online = voting.filter(({ status }) => status !== "Offline").length;
  return { voters: voting.length, online, holds: online * 2 > voting.length };
}

/** How a member answers. */
export type Answer =
  | { readonly kind: "answers"; readonly version: string; readonly roundTripMs: number }
  | { readonly kind: "silent"; readonly cause: string };

/** Asks one member directly, and measures the second of two requests, over one connection. */
export async function askMember(transport: Transport, endpoint: string): Promise<Answer> {
  const request = createRequest(transport, endpoint);
  const options = { timeout: ADDRESS_LIMIT_MS, isRepeatable: false };
  const first = await request(SERVER, "/1.0", options);
  if (first.kind !== "done") return { kind: "silent", cause: causeOf(first) };
  const now = () => transport.clock.now().getTime();
  const begin = now();
  const second = await request(SERVER, "/1.0", options);
  const roundTripMs = now() - begin;
  if (second.kind !== "done") return { kind: "silent", cause: causeOf(second) };
  const version = second.value.environment?.server_version ?? "";
  return { kind: "answers", version, roundTripMs };
}

function causeOf(reply: Exclude<Reply<unknown>, { readonly kind: "done" }>): string {
  switch (reply.kind) {
    case "refused":
      return reply.message;
    case "unreachable":
      return reply.cause;
    case "other-server":
      return reply.reason ?? "another certificate than the pinned one";
  }
}
