/**
 * Asks LXD whether a certificate may manage the trust store.
 *
 * What LXD shows of its configuration does not answer that: since 6.10 a restricted caller sees the
 * public part of it.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Fingerprint } from "../requirer/certificate.ts";
import type { Parser } from "../requirer/databag.ts";
import type { TrustStore } from "../trust/trust_store.ts";
import type { LxdRequest, Reply } from "./request.ts";

/** The facts about a caller before a request to LXD. */
export interface Caller {
  /** Fingerprint of the caller's certificate. */
  readonly fingerprint: Fingerprint;
  /** The trust store, as far as LXD shows it to the caller. */
  readonly trustStore: TrustStore;
  /** LXD's configuration, as far as LXD shows it to the caller. */
  readonly config: Readonly<Record<string, unknown>> | null | undefined;
}

/** The entitlements by which a fine-grained identity reads and writes the trust store. */
const ENTITLEMENTS = [
  "can_create_identities",
  "can_view_identities",
  "can_edit_identities",
  "can_delete_identities",
];
/** The entitlements that include all of them. */
const MANAGERS = ["admin", "permission_manager"];

/** The keys that only an administrator sees, on every version of LXD and Incus that was tried. */
const ADDRESSES = ["core.https_address", "cluster.https_address"];

const Entitled = z.object({ access_entitlements: z.nullish(z.array(z.string())) });
const Current = z.object({
  fine_grained: z.optional(z.boolean()),
  effective_permissions: z.nullish(
    z.array(z.object({ entity_type: z.string(), entitlement: z.string() })),
  ),
});

/**
 * Asks whether a caller may manage the trust store. The list of the trust store answers for every
 * caller in it. Fine-grained identities, and clients by an authority that LXD trusts, are not in it.
 *
 * @param request Sends requests as the caller.
 */
export async function mayManage(
  request: LxdRequest,
  { fingerprint, trustStore, config }: Caller,
): Promise<Reply<boolean>> {
  const entry = trustStore.get(fingerprint);
  if (entry) return { kind: "done", value: entry.type === "client" && entry.projects === null };
  const entitled = await ask(request, Entitled, `/1.0?with-access-entitlements=${ENTITLEMENTS}`);
  if (entitled.kind !== "done") return entitled;
  const entitlements = entitled.value?.access_entitlements;
  if (entitlements) return { kind: "done", value: isEnough(entitlements) };
  const current = await ask(request, Current, "/1.0/auth/identities/current");
  if (current.kind !== "done") return current;
  const { fine_grained: isFineGrained, effective_permissions: permissions } = current.value ?? {};
  if (isFineGrained) {
    const onServer = (permissions ?? []).filter(({ entity_type: type }) => type === "server");
    return { kind: "done", value: isEnough(onServer.map(({ entitlement }) => entitlement)) };
  }
  return { kind: "done", value: ADDRESSES.some((key) => config?.[key] !== undefined) };
}

/** Sends a request that older versions do not know, and that newer ones answer certain callers only. */
async function ask<T>(
  request: LxdRequest,
  parser: Parser<T>,
  path: string,
): Promise<Reply<T | undefined>> {
  const reply = await request(parser, path);
  return reply.kind === "refused" ? { kind: "done", value: undefined } : reply;
}

function isEnough(entitlements: readonly string[]): boolean {
  return ENTITLEMENTS.every((one) => entitlements.includes(one)) ||
    MANAGERS.some((one) => entitlements.includes(one));
}
