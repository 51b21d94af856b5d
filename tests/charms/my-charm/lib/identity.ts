/**
 * Who this unit is to LXD: a certificate of its own, with its key.
 *
 * @module
 */
// `@peculiar/x509` does not load without it.
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
  /** When it was made, as ISO 8601. */
  readonly created: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };
const EXTRACTABLE = true;
const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 87_660 * HOUR_MS;

/**
 * Makes a key and a certificate, signed by itself: LXD trusts exactly this one.
 *
 * @param unit Name of this unit, to be read in `lxc config trust list`.
 * @param project The LXD project that it is for.
 * @returns The identity.
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
    notAfter: new Date(now + TEN_YEARS_MS),
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
 * Computes what LXD lists a certificate under.
 *
 * @param identity An identity.
 * @returns SHA-256 of its certificate, in lower-case hexadecimal.
 */
export function fingerprintOf({ certificate }: Identity): string {
  return new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
}
