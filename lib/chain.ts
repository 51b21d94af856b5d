/**
 * Chains: certificates that came along with the one that they signed.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Certificate, Fingerprint } from "./certificate.ts";
import { hex } from "./der.ts";
import { comparable } from "./distinguished_name.ts";
import { readX509 } from "./x509.ts";

/** A certificate as a part of chains. */
interface Link {
  readonly certificate: Certificate;
  /** Names, to be compared. */
  readonly issuer: string;
  readonly subject: string;
  /** The key, to be compared. */
  readonly key: string;
  /** How it is signed. */
  readonly signature: string;
}

// To verify a signature takes up to 2 ms. No requirer that means well needs as many.
const MAXIMUM_SIGNATURES = 1000;

// What the runtime can verify. Of any other signature it says, at most, that it is wrong.
const VERIFIABLE = new Set([
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

/**
 * Finds the authorities among certificates. LXD lets everyone in who holds a registered
 * certificate's key, so an authority must not be registered along with the client's own certificate.
 *
 * What signed another one is an authority, whether it says so of itself or not. Where a signature
 * cannot be verified, the names decide.
 *
 * @param certificates The certificates of one requirer, in any order.
 * @returns The fingerprints of those that signed another one of them.
 */
export function authoritiesAmong(certificates: readonly Certificate[]): ReadonlySet<Fingerprint> {
  const links = [...new Map(certificates.map((one) => [one.fingerprint, one])).values()]
    .flatMap(linkOf);
  const bySubject = new Map(
    [...Map.groupBy(links, ({ subject }) => subject)].map(([subject, same]) =>
      [subject, Map.groupBy(same, ({ key }) => key)] as const
    ),
  );
  const authorities = new Set<Fingerprint>();
  const maySign = createVerifier();
  // Those that name themselves come last: most have signed themselves, and show no chain.
  for (const link of links.toSorted((a, b) => Number(isSelfIssued(a)) - Number(isSelfIssued(b)))) {
    const keys = bySubject.get(link.issuer) ?? new Map<string, readonly Link[]>();
    // What is signed by itself needs no authority, and its renewal is not one.
    if (isSelfIssued(link) && (keys.size === 1 || maySign(link, link))) continue;
    for (const [key, [first, ...same]] of keys) {
      if (!first || authorities.has(first.certificate.fingerprint)) continue;
      if (isSelfIssued(link) && key === link.key || !maySign(first, link)) continue;
      for (const { certificate } of [first, ...same]) authorities.add(certificate.fingerprint);
    }
  }
  return authorities;
}

function linkOf(certificate: Certificate): readonly Link[] {
  const x509 = readX509(certificate);
  if (!x509) return [];
  const { issuer, subject, key, signature } = x509;
  return [{
    certificate,
    issuer: comparable(issuer),
    subject: comparable(subject),
    key: hex(key.whole),
    signature,
  }];
}

function isSelfIssued({ issuer, subject }: Link): boolean {
  return issuer === subject;
}

/** Makes a function which says whether a certificate may have been signed with another one's key. */
function createVerifier(): (signer: Link, signed: Link) => boolean {
  let verified = 0;
  return (signer, signed) => {
    verified++;
    if (verified > MAXIMUM_SIGNATURES) return true;
    try {
      const { publicKey } = new X509Certificate(signer.certificate.pem);
      const isSigned = new X509Certificate(signed.certificate.pem).verify(publicKey);
      return isSigned || !VERIFIABLE.has(signed.signature);
    } catch {
      // The runtime throws for keys that it does not know.
      return true;
    }
  };
}
