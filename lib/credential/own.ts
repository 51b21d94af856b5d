/**
 * The charm's own credential: the key that it made itself, in a secret of the application. A trust
 * token lets LXD trust its certificate, once.
 *
 * @module
 */
import {
  type Certificate,
  type Fingerprint,
  firstCertificate,
  outOfDate,
  pemBlocks,
} from "../requirer/certificate.ts";
import type { CredentialFailure, Found } from "./credentials.ts";
import { readFingerprint } from "./fingerprint.ts";
import type { Credentials, Part } from "./parts.ts";
import { readPrivateKey } from "./private_key.ts";
import { createKeyPair, type KeyPair } from "./self_signed.ts";
import { readTrustToken, type TrustToken } from "./trust_token.ts";

/** Content of the application's secret. */
export interface Own {
  /** The certificate by which the charm enters LXD, with its key. */
  readonly client: KeyPair;
  /** The LXD that trusts it. @default {none yet} */
  readonly target?: LxdTarget;
  /** The certificate that is to replace it. @default {none} */
  readonly next?: KeyPair;
  /** The certificate that it replaced, as long as LXD may trust that. @default {none} */
  readonly former?: Fingerprint;
}

/** An LXD that trusted our certificate. */
export interface LxdTarget {
  /** Its addresses, in order of preference: at least one. */
  readonly endpoints: readonly string[];
  /** The certificate that it presents. */
  readonly server: Certificate;
}

/** What Juju tells about the application's secret. */
export type OwnSecret =
  | { readonly kind: "absent" }
  /** Its content; undefined if that cannot be read. */
  | { readonly kind: "kept"; readonly own: Own | undefined }
  /** Juju does not show it. */
  | { readonly kind: "refused"; readonly words: string };

/** The application's secret, and the operator's token. */
export interface OwnAccess {
  /** The secret. */
  readonly secret: OwnSecret;
  /** The operator's token. @default {none} */
  readonly token?: Part;
}

const HOURS_A_DAY = 24;

/** How long a certificate of ours is valid, in days. */
export const LIFETIME_DAYS = 730;

/** How long before its end a certificate of ours is replaced, in days. A machine may be off for long. */
export const RENEWAL_DAYS = 365;

/** Clocks differ, and LXD refuses a certificate that is not valid yet. */
const CLOCKS_DIFFER_DAYS = 2;

/**
 * Makes a key and a certificate of the charm.
 *
 * @param commonName Name of the application.
 * @param now Current time.
 */
export function createOwnKeyPair(commonName: string, now: Date): KeyPair {
  return createKeyPair({
    commonName,
    notBefore: daysAfter(now, -CLOCKS_DIFFER_DAYS),
    notAfter: daysAfter(now, LIFETIME_DAYS),
  });
}

/**
 * Says whether a certificate of ours is to be replaced: it ends within a year.
 *
 * @param now Current time.
 */
export function isRenewalDue({ certificate }: KeyPair, now: Date): boolean {
  return outOfDate(certificate, daysAfter(now, RENEWAL_DAYS)) !== undefined;
}

/**
 * Writes the content of the secret.
 *
 * @example It is read as it was written
 * ```ts
 * import assert from "node:assert/strict";
 * const own = { client: createOwnKeyPair("lxd-integrator", new Date()) };
 * assert.deepEqual(parseOwn(renderOwn(own)), own);
 * ```
 */
export function renderOwn({ client, target, next, former }: Own): Readonly<Record<string, string>> {
  return {
    "client-cert": client.certificate.pem,
    "client-key": client.key,
    ...target && { endpoint: target.endpoints.join(","), "server-cert": target.server.pem },
    ...next && { "next-cert": next.certificate.pem, "next-key": next.key },
    ...former && { former },
  };
}

/**
 * Reads the content of the secret.
 *
 * @returns The content, or undefined if it holds no certificate with a key.
 */
export function parseOwn(content: Readonly<Record<string, string>>): Own | undefined {
  const client = pairOf(content["client-cert"], content["client-key"]);
  if (!client) return undefined;
  const next = pairOf(content["next-cert"], content["next-key"]);
  const server = firstCertificate(content["server-cert"] ?? "");
  const endpoints = content["endpoint"]?.split(",") ?? [];
  const former = readFingerprint(content["former"] ?? "");
  return {
    client,
    ...server && endpoints.length > 0 && { target: { endpoints, server } },
    ...next && { next },
    ...former && { former },
  };
}

/**
 * Finds how the charm enters LXD by its own credential. A token for another LXD than the one that trusts
 * us leads there, and until it does, the charm stays where it is.
 */
export function readOwn({ secret, token: part }: OwnAccess): Found {
  const token = part && readTrustToken(part.value);
  if (secret.kind === "refused") {
    return part ? { kind: "no-own-secret", words: secret.words } : { kind: "no-access" };
  }
  const own = secret.kind === "kept" ? secret.own : undefined;
  const present = own && presentCredentials(own, token);
  // A text that is no token takes no access away.
  if (part && !token && !present) return { kind: "no-token", name: part.name };
  if (own && token && token.fingerprint !== own.target?.server.fingerprint) {
    return { kind: "complete", credentials: credentialsBy(own, token, present) };
  }
  if (present) return { kind: "complete", credentials: present };
  return part ? { kind: "no-key" } : { kind: "no-access" };
}

/** Gives what is wrong with a token beside credentials that do without it. */
export function tokenProblem({ token }: OwnAccess): CredentialFailure | undefined {
  if (!token || readTrustToken(token.value)) return undefined;
  return { kind: "no-token", name: token.name };
}

/** The credentials for the LXD that trusts us. The token may trust us again. */
function presentCredentials(own: Own, token: TrustToken | undefined): Credentials | undefined {
  const { target } = own;
  if (!target) return undefined;
  const isSame = token?.fingerprint === target.server.fingerprint;
  const newer = isSame ? token?.endpoints ?? [] : [];
  const [endpoint = "", ...others] = new Set([...newer, ...target.endpoints]);
  const { server } = target;
  return { ...identityOf(own), endpoint, others, server, ...isSame && token && { token } };
}

function credentialsBy(
  own: Own,
  token: TrustToken,
  former: Credentials | undefined,
): Credentials {
  const { endpoints: [endpoint, ...others], fingerprint } = token;
  const pin = { endpoint, others, server: { fingerprint } };
  return { ...identityOf(own), ...pin, token, ...former && { former } };
}

function identityOf(
  { client: { certificate, key } }: Own,
): Pick<Credentials, "certificate" | "ourFingerprint" | "key" | "isOwn"> {
  const { pem, fingerprint } = certificate;
  return { certificate: pem, ourFingerprint: fingerprint, key, isOwn: true };
}

function pairOf(certificate = "", key = ""): KeyPair | undefined {
  const read = firstCertificate(certificate);
  if (!read || pemBlocks(key).length !== 1 || "reason" in readPrivateKey(key)) return undefined;
  return { certificate: read, key };
}

function daysAfter(date: Date, days: number): Date {
  return new Date(date.getTime() + days * HOURS_A_DAY * 3_600_000);
}
