/**
 * Where clients reach a member of a cluster.
 *
 * @module
 */
import { normaliseEndpoint } from "../credential/endpoint.ts";

/** What a member shows of itself, as far as it lets us see. */
export interface Shown {
  /** Its configuration, for administrators. */
  readonly config?: Readonly<Record<string, unknown>> | null | undefined;
  /** What it is. */
  readonly environment?: {
    /** What it listens at, `host:port`. */
    readonly addresses?: readonly string[] | null | undefined;
  } | undefined;
}

/**
 * Tells where clients reach a member: at its `core.https_address`, unless that is every address that
 * it has, and members reach it at one of them.
 *
 * @example A network for clients
 * ```ts
 * import assert from "node:assert/strict";
 * const url = "https://10.0.0.1:8443";
 * const at = (address: string) => clientAddress({ config: { "core.https_address": address } }, url);
 * assert.equal(at("192.0.2.1:8443"), "https://192.0.2.1:8443");
 * assert.equal(at("[::]:8443"), url);
 * ```
 *
 * @param shown What the member shows of itself.
 * @param url Where other members reach it, as the cluster lists it.
 * @returns `https://host:port`.
 */
export function clientAddress({ config, environment }: Shown, url: string): string {
  const address = config ? config["core.https_address"] : onlyOne(environment?.addresses ?? []);
  const endpoint = typeof address === "string" ? normaliseEndpoint(address) : undefined;
  return endpoint === undefined || endpoint === normaliseEndpoint(url) ? url : endpoint;
}

/** Where it listens at several addresses, one of them may be for the other members only. */
function onlyOne(addresses: readonly string[]): string | undefined {
  return addresses.length === 1 ? addresses[0] : undefined;
}
