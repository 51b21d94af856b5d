/**
 * Chains: certificates that came along with the one that they signed.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { childrenOf, hex, oidOf } from "../requirer/der.ts";
import { comparable } from "../requirer/distinguished_name.ts";
import { VERIFIABLE } from "../requirer/pin.ts";
import { attempt, readX509 } from "../requirer/x509.ts";

/** A certificate as a part of chains. */
interface Link {
  readonly certificate: Certificate;
  /** Names, to be compared. */
  readonly issuer: string;
  readonly subject: string;
  /** The key, to be compared. */
  readonly key: string;
  /** Kind of the key; undefined where it cannot be read. */
  readonly kind: string | undefined;
  /** How it is signed. */
  readonly signature: string;
}

// To verify a signature takes up to 2 ms. No requirer that means well needs as many.
const MAXIMUM_COMPARISONS = 1000;

const RSA = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"];

// The kinds of key that signatures are made with, by what their object identifiers begin with.
const SIGNERS: readonly (readonly [signature: string, keys: readonly string[]])[] = [
  ["1.2.840.113549.1.1.", RSA],
  ["1.2.840.10045.4.", ["1.2.840.10045.2.1"]],
  ["1.3.101.112", ["1.3.101.112"]],
  ["1.3.101.113", ["1.3.101.113"]],
];

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
  // By name and key: those that nothing is known to be signed with.
  const innocent = new Map(
    [...Map.groupBy(links, ({ subject }) => subject)].map(([subject, namesakes]) =>
      [subject, Map.groupBy(namesakes, ({ key }) => key)] as const
    ),
  );
  const authorities = new Set<Fingerprint>();
  const maySign = createVerifier();
  // Those that name themselves come last: most have signed themselves, and show no chain.
  for (const link of links.toSorted((a, b) => Number(isSelfIssued(a)) - Number(isSelfIssued(b)))) {
    const keys = innocent.get(link.issuer) ?? new Map<string, Link[]>();
    const isAlone = keys.size === Number(keys.has(link.key));
    // What is signed by itself needs no authority, and its renewal is not one.
    if (isSelfIssued(link) && (isAlone || maySign(link, link))) continue;
    for (const [key, same] of keys) {
      const [signer] = same;
      const isItself = isSelfIssued(link) && key === link.key;
      if (!signer || isItself || !maySign(signer, link)) continue;
      for (const { certificate } of same) authorities.add(certificate.fingerprint);
      keys.delete(key);
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
    kind: attempt(() => oidOf(childrenOf(childrenOf(key)[0])[0])),
    signature,
  }];
}

function isSelfIssued({ issuer, subject }: Link): boolean {
  return issuer === subject;
}

/** Whether a key is of the kind that a signature is made with, as far as that is known. */
function fits({ kind }: Link, { signature }: Link): boolean {
  const signer = SIGNERS.find(([beginning]) => signature.startsWith(beginning));
  return !signer || kind === undefined || signer[1].includes(kind);
}

/** Makes a function which says whether a certificate may have been signed with another one's key. */
function createVerifier(): (signer: Link, signed: Link) => boolean {
  let compared = 0;
  return (signer, signed) => {
    compared++;
    if (compared > MAXIMUM_COMPARISONS) return true;
    if (!fits(signer, signed)) return false;
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
