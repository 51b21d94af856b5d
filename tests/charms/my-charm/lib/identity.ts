/**
 * The identity of this unit in LXD: its own certificate and key.
 *
 * @module
 */
// `@peculiar/x509` does not load without this import.
import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key. */
export interface Identity {
  /** The certificate, PEM. */
  readonly certificate: string;
  /** The private key, PEM. */
  readonly key: string;
  /** The LXD project that the certificate is for. */
  readonly project: string;
  /** Time of its creation, as ISO 8601. */
  readonly created: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };
const EXTRACTABLE = true;
const HOUR_MS = 3_600_000;
// It is renewed after eight months. If nobody lets in the new one, there are four to find out why.
const YEAR_MS = 8766 * HOUR_MS;

/**
 * Makes a key and a self-signed certificate for a year, so that LXD trusts exactly this certificate.
 *
 * @param unit Name of this unit, which becomes the common name.
 * @param project The LXD project of the certificate.
 */
export async function createIdentity(unit: string, project: string): Promise<Identity> {
  const now = Date.now();
  const keys = await crypto.subtle.generateKey(ALGORITHM, EXTRACTABLE, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [unit] }],
    keys,
    signingAlgorithm: ALGORITHM,
    // LXD's clock may be behind.
    notBefore: new Date(now - HOUR_MS),
    notAfter: new Date(now + YEAR_MS),
    extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`,
    project,
    created: new Date(now).toISOString(),
  };
}

/**
 * Computes the fingerprint of an identity's certificate as LXD does: SHA-256 in lower-case
 * hexadecimal.
 */
export function fingerprintOf({ certificate }: Identity): string {
  return new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
}
