/**
 * Whether LXD lets us manage its trust store.
 *
 * What a caller is shown of LXD's configuration does not tell: since 6.10 a restricted one is shown
 * the public part of it.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Fingerprint } from "../requirer/certificate.ts";
import type { Parser } from "../requirer/databag.ts";
import type { Call, Reply } from "./request.ts";
import type { TrustStore } from "../trust/trust_store.ts";

/** What a fine-grained identity needs: the trust store is read and written with these. */
const ENTITLEMENTS = [
  "can_create_identities",
  "can_view_identities",
  "can_edit_identities",
  "can_delete_identities",
];
/** What holds all of them. */
const MANAGERS = ["admin", "permission_manager"];

/** What only an administrator is shown, on every version of LXD and Incus that was tried. */
const ADDRESSES = ["core.https_address", "cluster.https_address"];

const Entitled = z.object({ access_entitlements: z.nullish(z.array(z.string())) });
const Current = z.object({
  fine_grained: z.optional(z.boolean()),
  effective_permissions: z.nullish(
    z.array(z.object({ entity_type: z.string(), entitlement: z.string() })),
  ),
});

/**
 * Asks whether we may manage the trust store. The list of it tells, unless we are not in it: as a
 * fine-grained identity, or by an authority that LXD trusts.
 *
 * @param call Calls LXD.
 * @param config What LXD shows us of its configuration.
 * @param own Fingerprint of our certificate.
 * @param trusted The trust store, as far as LXD shows it to us.
 * @returns Whether we may.
 */
export async function mayManage(
  call: Call,
  config: Readonly<Record<string, unknown>> | null | undefined,
  own: Fingerprint,
  trusted: TrustStore,
): Promise<Reply<boolean>> {
  const entry = trusted.get(own);
  if (entry) return { kind: "done", value: entry.type === "client" && !entry.restricted };
  const entitled = await ask(call, Entitled, `/1.0?with-access-entitlements=${ENTITLEMENTS}`);
  if (entitled.kind !== "done") return entitled;
  const entitlements = entitled.value?.access_entitlements;
  if (entitlements) return { kind: "done", value: isEnough(entitlements) };
  const current = await ask(call, Current, "/1.0/auth/identities/current");
  if (current.kind !== "done") return current;
  const { fine_grained: isFineGrained, effective_permissions: permissions } = current.value ?? {};
  if (isFineGrained) {
    const onServer = (permissions ?? []).filter(({ entity_type: type }) => type === "server");
    return { kind: "done", value: isEnough(onServer.map(({ entitlement }) => entitlement)) };
  }
  return { kind: "done", value: ADDRESSES.some((key) => config?.[key] !== undefined) };
}

/** Asks what older versions do not know, and newer ones tell certain callers only. */
async function ask<T>(
  call: Call,
  schema: Parser<T>,
  path: string,
): Promise<Reply<T | undefined>> {
  const answer = await call(schema, path);
  return answer.kind === "refused" ? { kind: "done", value: undefined } : answer;
}

function isEnough(entitlements: readonly string[]): boolean {
  return ENTITLEMENTS.every((one) => entitlements.includes(one)) ||
    MANAGERS.some((one) => entitlements.includes(one));
}
