/**
 * Reads trust tokens, as `lxc config trust add` prints them.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Fingerprint } from "../requirer/certificate.ts";
import { parseJson } from "../requirer/databag.ts";
import { attempt } from "../requirer/x509.ts";
import { normalizeEndpoint } from "./endpoint.ts";
import { readFingerprint } from "./fingerprint.ts";

/** A token that lets LXD trust the certificate of whoever sends it, once. It is never logged. */
export interface TrustToken {
  /** The token as LXD made it. */
  readonly text: string;
  /** Fingerprint of the certificate that LXD presents. */
  readonly fingerprint: Fingerprint;
  /** Addresses of LXD, `https://host:port`: at least one. */
  readonly endpoints: readonly [string, ...string[]];
  /** The moment from which on LXD refuses it; undefined if it does not expire. */
  readonly expiresAt: Date | undefined;
}

/** Length of a token in characters. Real ones have some 300, and a cluster some addresses for each member. */
export const MAXIMUM_TOKEN = 64_000;

/**
 * Number of a token's addresses that are asked. A cluster has many members. To ask two dozen silent
 * addresses takes all the time of a hook.
 */
export const MAXIMUM_ADDRESSES = 24;

const Token = z.object({
  "client_name": z.string(),
  fingerprint: z.string(),
  addresses: z.array(z.string()),
  secret: z.string(),
  "expires_at": z.nullish(z.string()),
});

/**
 * Reads a token. The whole output of `lxc config trust add` is read as well, which ends in the token.
 *
 * @example A token of LXD 5.0
 * ```ts
 * import assert from "node:assert/strict";
 * const fingerprint = "1a".repeat(32);
 * const token = { client_name: "a", fingerprint, addresses: ["10.0.0.1:8443"], secret: "s" };
 * const { endpoints } = readTrustToken(btoa(JSON.stringify(token))) ?? {};
 * assert.deepEqual(endpoints, ["https://10.0.0.1:8443"]);
 * assert.equal(readTrustToken("garbage"), undefined);
 * ```
 *
 * @param text The token, with or without white space.
 * @returns The token, or undefined if the text is none, as if it is a token to join a cluster.
 */
export function readTrustToken(text: string): TrustToken | undefined {
  if (text.length > MAXIMUM_TOKEN) return undefined;
  const words = text.trim().split(/\s+/);
  return read(words.join("")) ?? read(words.at(-1) ?? "");
}

function read(bare: string): TrustToken | undefined {
  const json = attempt(() => new TextDecoder().decode(Uint8Array.fromBase64(bare)));
  const { data } = Token.safeParse(parseJson(json ?? ""));
  const fingerprint = readFingerprint(data?.fingerprint ?? "");
  const addresses = data?.addresses.slice(0, MAXIMUM_ADDRESSES).map(normalizeEndpoint) ?? [];
  const [first, ...others] = new Set(addresses.filter((one) => one !== undefined));
  if (!data?.secret || !fingerprint || first === undefined) return undefined;
  const expiresAt = dateOf(data.expires_at ?? "");
  return { text: bare, fingerprint, endpoints: [first, ...others], expiresAt };
}

/** Go writes the first moment of the year 1 for no date. */
function dateOf(text: string): Date | undefined {
  const date = new Date(text);
  return date.getTime() > 0 ? date : undefined;
}
