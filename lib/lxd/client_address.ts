/**
 * Finds the address at which clients reach a member of a cluster.
 *
 * @module
 */
import { normalizeEndpoint } from "../credential/endpoint.ts";

/** The part of a member's GET /1.0 that our certificate can read. */
export interface Shown {
  /** Its configuration, for administrators. */
  readonly config?: Readonly<Record<string, unknown>> | null | undefined;
  /** Its properties. */
  readonly environment?: {
    /** Addresses that it listens at, `host:port`. */
    readonly addresses?: readonly string[] | null | undefined;
  } | undefined;
}

/**
 * Finds the address at which clients reach a member. It is the member's `core.https_address`. If that
 * stands for every address of the machine, it is the one in the cluster's list.
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
 * @param url Address at which members reach each other, from the cluster's list.
 * @returns `https://host:port`.
 */
export function clientAddress({ config, environment }: Shown, url: string): string {
  const address = config ? config["core.https_address"] : onlyOne(environment?.addresses ?? []);
  const endpoint = typeof address === "string" ? normalizeEndpoint(address) : undefined;
  return endpoint === undefined || endpoint === normalizeEndpoint(url) ? url : endpoint;
}

/** The only address. One of several may be for the other members only. */
function onlyOne(addresses: readonly string[]): string | undefined {
  return addresses.length === 1 ? addresses[0] : undefined;
}
