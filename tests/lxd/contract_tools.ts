/**
 * Helpers of the contract's cases.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { authOf, type ClientOptions, createClient } from "./client.ts";
import type {
  LxdMember,
  LxdReply,
  LxdRequest,
  LxdWorld,
  TrustEntry,
  TrustOptions,
} from "./world.ts";

/** A case of the contract: a sentence, and the function that checks it. */
export type Case = readonly [name: string, check: (world: LxdWorld) => Promise<void>];

/** Path of the trust store. */
export const CERTIFICATES = "/1.0/certificates";

/** A day in milliseconds. */
export const DAY_MS = 86_400_000;

/** Clients of the first member. */
export interface Clients {
  /** Trusted without restriction. */
  readonly trusted: LxdRequest;
  /** Its certificate. */
  readonly trustedCertificate: TestCertificate;
  /** Restricted to the project "default". */
  readonly restricted: LxdRequest;
  /** Its certificate. */
  readonly restrictedCertificate: TestCertificate;
  /** Unknown to LXD. */
  readonly untrusted: LxdRequest;
}

/** Makes an LXD trust two new clients, one of them restricted. The third stays unknown. */
export async function clients(world: LxdWorld): Promise<Clients> {
  const made = await Promise.all(
    ["trusted", "restricted", "untrusted"].map((commonName) => createCertificate({ commonName })),
  );
  const [trusted, restricted, untrusted] = made;
  ok(trusted !== undefined && restricted !== undefined && untrusted !== undefined);
  await world.trust(trusted.certificate, { name: "trusted" });
  await world.trust(restricted.certificate, {
    name: "restricted",
    restricted: true,
    projects: ["default"],
  });
  return {
    trusted: client(world, trusted),
    trustedCertificate: trusted,
    restricted: client(world, restricted),
    restrictedCertificate: restricted,
    untrusted: client(world, untrusted),
  };
}

/** Gives the first member. */
export function only(world: LxdWorld): LxdMember {
  const [first] = world.members;
  ok(first !== undefined);
  return first;
}

/** Makes a client with a certificate, of the first member unless the options name another. */
export function client(
  world: LxdWorld,
  { certificate, key }: Pick<TestCertificate, "certificate" | "key">,
  options: Partial<Pick<ClientOptions, "endpoint" | "headers">> = {},
): LxdRequest {
  const { serverCertificate } = world;
  const { endpoint } = only(world);
  return createClient({ endpoint, serverCertificate, certificate, key, ...options });
}

/** Asks LXD whether it trusts a certificate. */
export async function auth(
  world: LxdWorld,
  { certificate, key }: Pick<TestCertificate, "certificate" | "key">,
  endpoint: string = only(world).endpoint,
): Promise<string> {
  return await authOf(endpoint, { certificate, key }, world.serverCertificate);
}

/** Builds the body of a POST. */
export function post(
  certificate: string,
  options: TrustOptions = {},
): TrustOptions & { readonly certificate: string } {
  return { type: "client", certificate, ...options };
}

/** Reads one entry of the trust store. */
export async function entry(
  ask: LxdRequest,
  { fingerprint }: Pick<TestCertificate, "fingerprint">,
): Promise<TrustEntry> {
  return (await ask("GET", `${CERTIFICATES}/${fingerprint}`)).body?.metadata;
}

/** Sorts a list of entries: LXD gives them in any order. */
export function byFingerprint(reply: LxdReply): readonly TrustEntry[] {
  return reply.body?.metadata
    .toSorted((a: { fingerprint: string }, b: { fingerprint: string }) =>
      a.fingerprint < b.fingerprint ? -1 : 1
    );
}

/** Asserts that a request was carried out. */
export function succeeded(reply: LxdReply): void {
  ok(reply.status < 400, `${reply.status} ${reply.body?.error}`);
}

/** Asserts that a request was refused, with LXD's own words where they are given. */
export function refused(reply: LxdReply, status: number, error?: string): void {
  equal(reply.status, status, reply.text);
  equal(reply.body?.type, "error");
  equal(reply.body?.error_code, status);
  if (error !== undefined) equal(reply.body?.error, error);
}
