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
import { type PrivateKey, readPrivateKey } from "./private_key.ts";

/** All that the charm needs to enter LXD. It is never logged, and never written anywhere. */
export interface Credentials {
  /** `https://host:port`. */
  readonly endpoint: string;
  /** Our client certificate as PEM, followed by those of its authorities if it has any. */
  readonly certificate: string;
  /** Fingerprint of our client certificate. */
  readonly ourFingerprint: Certificate["fingerprint"];
  /** Our private key as PEM: PKCS#8, PKCS#1 or SEC1. */
  readonly key: string;
  /** The pinned certificate of the server. */
  readonly server: Certificate;
  /** The certificates of its authorities, if the credential has them. */
  readonly issuers?: readonly Certificate[];
}

/** The four parts. */
export interface Parts {
  /** Address of LXD. */
  readonly endpoint: Part;
  /** Our client certificate, PEM. */
  readonly certificate: Part;
  /** Its private key, PEM. */
  readonly key: Part;
  /** The certificate that LXD presents, PEM, and those of its authorities if it has any. */
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
  const endpoint = normalizeEndpoint(parts.endpoint.value);
  if (!endpoint) {
    const reason = isWildcard(parts.endpoint.value) ? EVERY_ADDRESS : NO_ENDPOINT;
    return unreadable(parts.endpoint, reason);
  }
  const chain = pemBlocks(parts.certificate.value).filter(({ label }) => label === "CERTIFICATE");
  const certificate = chain[0] && readCertificate(chain[0]);
  if (!certificate) return unreadable(parts.certificate, "it must be a PEM certificate");
  // LXD would only report that it does not trust us, and the runtime's TLS that it fails.
  const reason = unusable(certificate, now) ?? unfit(certificate)?.reason ??
    unknownToTls(certificate);
  if (reason) return unreadable(parts.certificate, reason);
  const server = readServer(parts.server.value);
  if (!server) return unreadable(parts.server, "it must be a PEM certificate");
  const key = readPrivateKey(parts.key.value);
  if ("reason" in key) return unreadable(parts.key, key.reason);
  if (!belongs(key, certificate)) {
    return unreadable(parts.key, `it does not belong to ${parts.certificate.name}`);
  }
  return {
    kind: "complete",
    credentials: {
      endpoint,
      certificate: chain.map(renderPem).join(""),
      ourFingerprint: certificate.fingerprint,
      key: key.pem,
      ...server,
    },
  };
}

/** Finds LXD's own certificate: it signed none of the others. */
function readServer(text: string): Pick<Credentials, "server" | "issuers"> | undefined {
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
