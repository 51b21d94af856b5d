/**
 * Checks whether a server's certificate can be pinned. The server must prove to hold its key, and the
 * runtime's TLS must be able to verify the proof.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { type Certificate, outOfDate, unusable } from "./certificate.ts";
import { unfit } from "./client_key.ts";
import { childrenOf, oidOf, readDer } from "./der.ts";
import { comparable } from "./distinguished_name.ts";
import { line } from "./line.ts";
import { attempt, readX509, type X509 } from "./x509.ts";

// Key usage, subject's alternative names, basic and name constraints, CRLs, extended key usage.
const KNOWN = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.37"];

const PURPOSES = "2.5.29.37";
const SERVER_PURPOSES = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];

const MAXIMUM_NAME = 100;

/** Signature algorithms that the runtime can verify. It reports any other signature as wrong, or throws. */
export const VERIFIABLE: ReadonlySet<string> = new Set([
  // RSA with SHA-256, SHA-384 and SHA-512.
  "1.2.840.113549.1.1.11",
  "1.2.840.113549.1.1.12",
  "1.2.840.113549.1.1.13",
  // ECDSA with the same.
  "1.2.840.10045.4.3.2",
  "1.2.840.10045.4.3.3",
  "1.2.840.10045.4.3.4",
  // Ed25519.
  "1.3.101.112",
]);

/** The remedy for most reasons. */
const REPLACE = "replace LXD's certificate, then update the credential's server certificate";

/**
 * Checks whether a server that presents the pinned certificate can be taken for the pinned server.
 *
 * @param server The pinned certificate.
 * @param issuers Certificates of authorities, from the operator or from the server; undefined if the
 * issuer is not checked.
 * @param now Current time.
 * @returns The reason why it cannot, with the remedy, or undefined if it can.
 */
export function unpinnable(
  server: Certificate,
  issuers: readonly Certificate[] | undefined,
  now: Date,
): string | undefined {
  const x509 = readX509(server);
  if (!x509) return `The certificate cannot be read: ${REPLACE}`;
  const unknown = unknownToTls(server);
  return outOfDate(server, now) ?? unprovable(server, x509, now) ??
    (unknown && `${unknown}: ${REPLACE}`) ?? reasonAgainstPurpose(x509) ??
    (issuers && reasonAgainstIssuer(server, x509, issuers));
}

/**
 * Checks whether the runtime's TLS knows the critical extensions of a certificate.
 *
 * @returns The reason why it refuses the certificate, or undefined if it does not.
 */
export function unknownToTls(certificate: Certificate): string | undefined {
  const unknown = readX509(certificate)?.extensions
    .find(({ oid, isCritical }) => isCritical && !KNOWN.includes(oid));
  return unknown &&
    `The certificate has the critical extension ${unknown.oid}, which our TLS does not know`;
}

function unprovable(server: Certificate, { version }: X509, now: Date): string | undefined {
  // Deno's TLS (2.9.6) does not demand the key of a certificate of another version.
  if (version !== 3) {
    return `The certificate is of X.509 version ${version}, with which nobody can prove to hold ` +
      `its key here: ${REPLACE}`;
  }
  if (!unusable(server, now) && !unfit(server)) return undefined;
  return "The certificate's key is none that our TLS can verify (RSA of 2048 to 8192 bits, ECDSA " +
    `on P-256, P-384 or P-521, Ed25519): ${REPLACE}`;
}

function reasonAgainstPurpose({ extensions }: X509): string | undefined {
  const extension = extensions.find(({ oid }) => oid === PURPOSES);
  if (!extension) return undefined;
  const purposes = attempt(() => childrenOf(readDer(extension.value)[0]).map(oidOf)) ?? [];
  if (purposes.some((purpose) => SERVER_PURPOSES.includes(purpose))) return undefined;
  return `The certificate is not for servers (its extended key usage lacks serverAuth): ${REPLACE}`;
}

function reasonAgainstIssuer(
  server: Certificate,
  x509: X509,
  issuers: readonly Certificate[],
): string | undefined {
  if (comparable(x509.issuer) === comparable(x509.subject)) return undefined;
  if (issuers.some((authority) => isIssuedBy(server, x509, authority))) return undefined;
  // The runtime throws for names that it does not know.
  const text = attempt(() => new X509Certificate(server.pem).issuer) ?? "another";
  const name = line(text, MAXIMUM_NAME);
  return `The certificate is issued by "${name}", whose own certificate LXD does not present: ` +
    "add that one to server-cert (lxd_server_cert), after LXD's";
}

function isIssuedBy(
  { pem }: Certificate,
  { issuer, signature }: X509,
  authority: Certificate,
): boolean {
  const subject = readX509(authority)?.subject;
  if (!subject || comparable(subject) !== comparable(issuer)) return false;
  if (!VERIFIABLE.has(signature)) return true;
  // The runtime throws for keys that it does not know.
  return attempt(() => {
    const { publicKey } = new X509Certificate(authority.pem);
    return new X509Certificate(pem).verify(publicKey);
  }) ?? true;
}
