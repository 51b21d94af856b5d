/**
 * The four parts of a credential, wherever they come from.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  type Certificate,
  firstCertificate,
  pemBlocks,
  readCertificate,
  renderPem,
  unusable,
} from "./certificate.ts";
import { normaliseEndpoint } from "./endpoint.ts";
import type { Outcome } from "./outcome.ts";

/** All that is needed to enter LXD. Never logged, and never written anywhere. */
export interface Credentials {
  /** `https://host:port`. */
  readonly endpoint: string;
  /** Our client certificate as PEM, followed by those of its authorities where it has any. */
  readonly certificate: string;
  /** Fingerprint of our client certificate. */
  readonly own: Certificate["fingerprint"];
  /** Our private key as PEM: PKCS#8, PKCS#1 or SEC1. */
  readonly key: string;
  /** The one server certificate that we talk to. */
  readonly server: Certificate;
}

/** The four parts. */
export interface Parts {
  /** Where LXD is. */
  readonly endpoint: Part;
  /** Our client certificate, PEM. */
  readonly certificate: Part;
  /** Its private key, PEM. */
  readonly key: Part;
  /** The certificate that LXD presents, PEM. */
  readonly server: Part;
}

/** One part. */
export interface Part {
  /** What the operator knows it by. */
  readonly name: string;
  /** What was found; empty where nothing was. */
  readonly value: string;
}

/** What came of the parts: credentials, or the first thing that the operator has to mend. */
export type Read =
  | { readonly kind: "complete"; readonly credentials: Credentials }
  | Extract<Outcome, { kind: "unreadable" }>;

/**
 * Reads the parts of a credential.
 *
 * @param parts The four parts, none of them empty.
 * @param now The present, to compare the certificate's validity with.
 * @returns The credentials, or what is wrong with one of the parts.
 */
export function readParts(parts: Parts, now: Date): Read {
  const endpoint = normaliseEndpoint(parts.endpoint.value);
  if (!endpoint) return unreadable(parts.endpoint, "it must be https://host:port");
  const chain = pemBlocks(parts.certificate.value).filter(({ label }) => label === "CERTIFICATE");
  const certificate = chain[0] && readCertificate(chain[0]);
  if (!certificate) return unreadable(parts.certificate, "it must be a PEM certificate");
  // LXD would only say that it does not trust us.
  const reason = unusable(certificate, now);
  if (reason) return unreadable(parts.certificate, reason);
  const server = firstCertificate(parts.server.value);
  if (!server) return unreadable(parts.server, "it must be a PEM certificate");
  const key = readKey(parts.key.value);
  if (!key) return unreadable(parts.key, "it must be a PEM private key without a passphrase");
  if (!new X509Certificate(certificate.pem).checkPrivateKey(key.object)) {
    return unreadable(parts.key, `it does not belong to ${parts.certificate.name}`);
  }
  return {
    kind: "complete",
    credentials: {
      endpoint,
      certificate: chain.map(renderPem).join(""),
      own: certificate.fingerprint,
      key: key.pem,
      server,
    },
  };
}

interface Key {
  readonly pem: string;
  readonly object: ReturnType<typeof createPrivateKey>;
}

function readKey(text: string): Key | undefined {
  try {
    const block = pemBlocks(text).find(({ label }) => label.endsWith("PRIVATE KEY"));
    const pem = block ? renderPem(block) : "";
    return { pem, object: createPrivateKey(pem) };
  } catch {
    return undefined;
  }
}

function unreadable({ name }: Part, reason: string): Read {
  return { kind: "unreadable", name, reason };
}
