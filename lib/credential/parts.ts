/**
 * Reads the four parts of a credential, from any source.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import {
  type Certificate,
  pemBlocks,
  readCertificate,
  renderPem,
  unusable,
} from "../requirer/certificate.ts";
import { unfit } from "../requirer/client_key.ts";
import { unknownToTls } from "../requirer/pin.ts";
import { attempt } from "../requirer/x509.ts";
import { authoritiesAmong } from "../trust/chain.ts";
import { isWildcard, normalizeEndpoint } from "./endpoint.ts";
import { readFingerprint } from "./fingerprint.ts";
import { type PrivateKey, readPrivateKey } from "./private_key.ts";
import type { TrustToken } from "./trust_token.ts";

/** All that the charm needs to enter LXD. It is never logged, and never written anywhere. */
export interface Credentials {
  /** The preferred address of LXD, `https://host:port`. */
  readonly endpoint: string;
  /** Further addresses of LXD, in order of preference. @default {none} */
  readonly others?: readonly string[];
  /** Our client certificate as PEM, followed by those of its authorities if it has any. */
  readonly certificate: string;
  /** Fingerprint of our client certificate. */
  readonly ourFingerprint: Certificate["fingerprint"];
  /** Our private key as PEM: PKCS#8, PKCS#1 or SEC1. */
  readonly key: string;
  /** The pinned certificate of the server, or its fingerprint alone. */
  readonly server: Pin;
  /** The certificates of its authorities, if the credential has them. */
  readonly issuers?: readonly Certificate[];
  /** Whether the charm made the certificate itself. @default {false} */
  readonly isOwn?: boolean;
  /** The token by which LXD may be asked to trust the certificate. @default {none} */
  readonly token?: TrustToken;
  /** The credentials to use as long as these do not enter LXD. @default {none} */
  readonly former?: Credentials;
}

/** The certificate that the server must present, or its fingerprint alone. */
export type Pin =
  | Certificate
  | { readonly fingerprint: Certificate["fingerprint"]; readonly pem?: undefined };

/** Credentials whose server certificate is known. */
export interface Pinned extends Credentials {
  /** The pinned certificate of the server. */
  readonly server: Certificate;
}

/** The four parts. */
export interface Parts {
  /** Addresses of LXD, with commas between them. */
  readonly endpoint: Part;
  /** Our client certificate, PEM. */
  readonly certificate: Part;
  /** Its private key, PEM. */
  readonly key: Part;
  /**
   * The certificate that LXD presents, PEM, and those of its authorities if it has any; or its
   * fingerprint.
   */
  readonly server: Part;
}

/** One part. */
export interface Part {
  /** Name of the part, as the operator knows it. */
  readonly name: string;
  /** Its text; empty if it is missing. */
  readonly value: string;
}

/** An option, or a part of a credential, cannot be read or used. */
export interface Unreadable {
  /** Tag. */
  readonly kind: "unreadable";
  /** Name of the option or part, as the operator knows it. */
  readonly name: string;
  /** The error, and the required form. */
  readonly reason: string;
}

/** Credentials, or the first part that the operator has to correct. */
export type ReadCredentials =
  | { readonly kind: "complete"; readonly credentials: Credentials }
  | Unreadable;

const NO_ENDPOINT = "it must be https://host:port";
const NO_SERVER = "it must be a PEM certificate or its fingerprint";
const EVERY_ADDRESS = "it stands for every address of a machine: " +
  "it must be the one at which LXD is reached, https://host:port";

/**
 * Reads the parts of a credential.
 *
 * @param parts The four parts, none of them empty.
 * @param now Current time. The certificate must be valid then.
 * @returns The credentials, or the first part that cannot be used.
 */
export function readParts(parts: Parts, now: Date): ReadCredentials {
  const addresses = parts.endpoint.value.split(",").filter((address) => address.trim() !== "");
  const wrong = addresses.find((address) => !normalizeEndpoint(address));
  const endpoints = new Set(addresses.map(normalizeEndpoint).filter((one) => one !== undefined));
  const [endpoint, ...others] = endpoints;
  if (endpoint === undefined || wrong !== undefined) {
    return unreadable(parts.endpoint, isWildcard(wrong ?? "") ? EVERY_ADDRESS : NO_ENDPOINT);
  }
  const chain = pemBlocks(parts.certificate.value).filter(({ label }) => label === "CERTIFICATE");
  const certificate = chain[0] && readCertificate(chain[0]);
  if (!certificate) return unreadable(parts.certificate, "it must be a PEM certificate");
  // LXD would only report that it does not trust us, and the runtime's TLS that it fails.
  const reason = unusable(certificate, now) ?? unfit(certificate)?.reason ??
    unknownToTls(certificate);
  if (reason) return unreadable(parts.certificate, reason);
  const server = readServer(parts.server.value);
  if (!server) return unreadable(parts.server, NO_SERVER);
  const key = readPrivateKey(parts.key.value);
  if ("reason" in key) return unreadable(parts.key, key.reason);
  if (!belongs(key, certificate)) {
    return unreadable(parts.key, `it does not belong to ${parts.certificate.name}`);
  }
  return {
    kind: "complete",
    credentials: {
      endpoint,
      ...others.length > 0 && { others },
      certificate: chain.map(renderPem).join(""),
      ourFingerprint: certificate.fingerprint,
      key: key.pem,
      ...server,
    },
  };
}

/** Finds LXD's own certificate: it signed none of the others. */
function readServer(text: string): Pick<Credentials, "server" | "issuers"> | undefined {
  const fingerprint = readFingerprint(text);
  if (fingerprint) return { server: { fingerprint } };
  const [first, ...others] = pemBlocks(text)
    .filter(({ label }) => label === "CERTIFICATE")
    .map(readCertificate);
  if (!first) return undefined;
  const chain = [first, ...others.filter((one) => one !== undefined)];
  const { certain, doubtful } = authoritiesAmong(chain);
  const authorities = certain.union(doubtful);
  const server = chain.find(({ fingerprint }) => !authorities.has(fingerprint)) ?? first;
  const issuers = chain.filter((one) => one !== server);
  return issuers.length > 0 ? { server, issuers } : { server };
}

function belongs({ object }: PrivateKey, { pem }: Certificate): boolean {
  // The runtime throws for keys that it does not know.
  return attempt(() => new X509Certificate(pem).checkPrivateKey(object)) ?? false;
}

function unreadable({ name }: Part, reason: string): ReadCredentials {
  return { kind: "unreadable", name, reason };
}
