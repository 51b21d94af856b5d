/**
 * Trust tokens, as `lxc config trust add` makes them.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { LxdWorld } from "./world.ts";

/** The content of a token. */
export interface TokenContent {
  /** Name of the entry that it makes. */
  readonly client_name: string;
  /** Fingerprint of LXD's certificate. */
  readonly fingerprint: string;
  /** Addresses of LXD, `host:port`. */
  readonly addresses: readonly string[];
  /** What LXD compares. */
  readonly secret: string;
  /** The moment at which it expires. */
  readonly expires_at?: string;
}

/** Options of a token. */
export interface TokenOptions {
  /** Name of the entry. @default {"lxd-integrator"} */
  readonly name?: string;
  /** Projects to restrict the client to. @default {no restriction} */
  readonly projects?: readonly string[];
}

/** Has LXD make a token. */
export async function makeToken(
  lxd: LxdWorld,
  { name = "lxd-integrator", projects }: TokenOptions = {},
): Promise<string> {
  const restriction = projects ? { restricted: true, projects } : {};
  const body = { type: "client", token: true, name, ...restriction };
  const { body: answer } = await lxd.admin("POST", "/1.0/certificates", body);
  const { request, fingerprint, addresses, secret, expiresAt } = answer?.metadata?.metadata ?? {};
  assert.ok(typeof secret === "string", JSON.stringify(answer));
  return renderToken({
    "client_name": request.name,
    fingerprint,
    addresses,
    secret,
    ...expiresAt && { "expires_at": expiresAt },
  });
}

/** Writes a token. */
export function renderToken(content: TokenContent): string {
  return new TextEncoder().encode(JSON.stringify(content)).toBase64();
}

/** Reads a token. */
export function readToken(token: string): TokenContent {
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(token)));
}
