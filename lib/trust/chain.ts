/**
 * Finds the certificates of authorities among those that a requirer sends.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { childrenOf, hex, oidOf } from "../requirer/der.ts";
import { comparable } from "../requirer/distinguished_name.ts";
import { VERIFIABLE } from "../requirer/pin.ts";
import { attempt, readX509 } from "../requirer/x509.ts";

/** A certificate as a part of a chain. */
interface Link {
  readonly certificate: Certificate;
  /** Names, in a form that can be compared. */
  readonly issuer: string;
  readonly subject: string;
  /** The public key, in a form that can be compared. */
  readonly key: string;
  /** Kind of the key; undefined if it cannot be read. */
  readonly kind: string | undefined;
  /** Algorithm of its signature. */
  readonly signature: string;
}

/**
 * Number of signatures that are verified in one databag at most. A verification takes up to 2 ms. No honest
 * requirer needs more: it takes one for each certificate.
 */
export const MAXIMUM_VERIFICATIONS = 100;

const RSA = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"];

// The kinds of key for each kind of signature, by the beginning of its object identifier.
const SIGNERS: readonly (readonly [signature: string, keys: readonly string[]])[] = [
  ["1.2.840.113549.1.1.", RSA],
  ["1.2.840.10045.4.", ["1.2.840.10045.2.1"]],
  ["1.3.101.112", ["1.3.101.112"]],
  ["1.3.101.113", ["1.3.101.113"]],
];

/** The authorities among certificates. */
export interface Authorities {
  /** Fingerprints of the certificates that signed another one. */
  readonly certain: ReadonlySet<Fingerprint>;
  /** Fingerprints of those whose names fit, but there were too many signatures to verify. */
  readonly doubtful: ReadonlySet<Fingerprint>;
}

/** Verifies with the key of one certificate the signature of another one. May throw. */
export type Verify = (signer: Certificate, signed: Certificate) => boolean;

/**
 * Finds the authorities among certificates. LXD lets in every holder of a registered certificate's
 * key, so an authority must not be registered along with the client's own certificate.
 *
 * A certificate that signed another one is an authority, whatever it says of itself. The names decide
 * if a signature cannot be verified. At most 100 signatures are verified.
 *
 * @param certificates Certificates of one requirer, in any order.
 * @param verify Verifies a signature. @default {the runtime's own}
 */
export function authoritiesAmong(
  certificates: readonly Certificate[],
  verify: Verify = verifyByRuntime,
): Authorities {
  const links = [...new Map(certificates.map((one) => [one.fingerprint, one])).values()]
    .flatMap(linkOf);
  // The certificates that are not known to have signed another one, by name and key.
  const innocent = new Map(
    [...Map.groupBy(links, ({ subject }) => subject)].map(([subject, namesakes]) =>
      [subject, Map.groupBy(namesakes, ({ key }) => key)] as const
    ),
  );
  const found = { yes: new Set<Fingerprint>(), maybe: new Set<Fingerprint>() };
  const hasSigned = createVerifier(verify);
  // Certificates that name themselves as issuer come last: most of them are self-signed.
  for (const link of links.toSorted((a, b) => Number(isSelfIssued(a)) - Number(isSelfIssued(b)))) {
    const keys = innocent.get(link.issuer) ?? new Map<string, Link[]>();
    const isAlone = keys.size === Number(keys.has(link.key));
    // A self-signed certificate has no authority, and its renewal is none.
    if (isSelfIssued(link) && (isAlone || hasSigned(link, link) === "yes")) continue;
    for (const [key, same] of keys) {
      const [signer] = same;
      const isItself = isSelfIssued(link) && key === link.key;
      const answer = signer && !isItself ? hasSigned(signer, link) : "no";
      if (answer === "no") continue;
      for (const { certificate } of same) found[answer].add(certificate.fingerprint);
      keys.delete(key);
    }
  }
  return { certain: found.yes, doubtful: found.maybe };
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

/** Whether a key may have made a signature, by its kind. */
function fits({ kind }: Link, { signature }: Link): boolean {
  const signer = SIGNERS.find(([beginning]) => signature.startsWith(beginning));
  return !signer || kind === undefined || signer[1].includes(kind);
}

/** Makes a function that says whether one certificate signed another one. */
function createVerifier(verify: Verify): (signer: Link, signed: Link) => "yes" | "maybe" | "no" {
  let verified = 0;
  return (signer, signed) => {
    if (!fits(signer, signed)) return "no";
    // A signature that the runtime cannot verify costs nothing. The names decide.
    if (!VERIFIABLE.has(signed.signature)) return "yes";
    if (verified === MAXIMUM_VERIFICATIONS) return "maybe";
    verified++;
    try {
      return verify(signer.certificate, signed.certificate) ? "yes" : "no";
    } catch {
      // The runtime throws for keys that it does not know.
      return "yes";
    }
  };
}

function verifyByRuntime(signer: Certificate, signed: Certificate): boolean {
  const { publicKey } = new X509Certificate(signer.pem);
  return new X509Certificate(signed.pem).verify(publicKey);
}
