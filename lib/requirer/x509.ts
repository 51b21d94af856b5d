/**
 * What stands in a certificate, read from its DER: the runtime's own reader throws for names and
 * keys that it does not know, and LXD knows others.
 *
 * @module
 */
import type { Certificate } from "./certificate.ts";
import { childrenOf, contentOf, type DerElement, oidOf, readDer, TAGS } from "./der.ts";

/** Parts of a certificate. */
export interface X509 {
  /** How it is signed: an object identifier. */
  readonly signature: string;
  /** Name of who signed it. */
  readonly issuer: DerElement;
  /** Name of whose it is. */
  readonly subject: DerElement;
  /** The key, with its algorithm. */
  readonly key: DerElement;
  /** Version of X.509, from 1 on. */
  readonly version: number;
  /** What is said beyond that. */
  readonly extensions: readonly Extension[];
}

/** One extension of a certificate. */
export interface Extension {
  /** Which one: an object identifier. */
  readonly oid: string;
  /** Whether who does not know it must not take the certificate. */
  readonly isCritical: boolean;
  /** What it says, in DER. */
  readonly value: Uint8Array;
}

const EXTENSIONS = 0xa3;
const BOOLEAN = 0x01;
const OCTETS = 0x04;

/**
 * Reads the parts of a certificate.
 *
 * @param certificate A certificate.
 * @returns Its parts, or undefined where its DER is not as it must be.
 */
export function readX509(certificate: Certificate): X509 | undefined {
  return attempt(() => {
    const [whole] = readDer(derOf(certificate));
    const [signed, algorithm] = childrenOf(whole);
    const parts = childrenOf(signed);
    // Certificates of the first version do not say so.
    const [version] = parts[0]?.tag === TAGS.version ? childrenOf(parts[0], TAGS.version) : [];
    const [, , issuer, , subject, key, ...more] = version ? parts.slice(1) : parts;
    if (!issuer || !subject || !key) return undefined;
    return {
      signature: oidOf(childrenOf(algorithm)[0]),
      issuer,
      subject,
      key,
      version: 1 + (version ? contentOf(version, TAGS.integer)[0] ?? 0 : 0),
      extensions: attempt(() => readExtensions(more)) ?? [],
    };
  });
}

function readExtensions(more: readonly DerElement[]): readonly Extension[] {
  const found = more.find(({ tag }) => tag === EXTENSIONS);
  if (!found) return [];
  return childrenOf(childrenOf(found, EXTENSIONS)[0]).map((extension) => {
    const [oid, ...rest] = childrenOf(extension);
    return {
      oid: oidOf(oid),
      isCritical: rest[0]?.tag === BOOLEAN && rest[0].content[0] !== 0,
      value: contentOf(rest.at(-1), OCTETS),
    };
  });
}

/**
 * Gives the bytes of a certificate.
 *
 * @param certificate A certificate.
 * @returns Its DER.
 */
export function derOf({ der }: Certificate): Uint8Array {
  // Not Uint8Array.fromBase64(), which the Node of many a requirer does not have.
  return Uint8Array.from(atob(der), (byte) => byte.charCodeAt(0));
}

/**
 * Reads something that may not be as it must be.
 *
 * @param read Reads it.
 * @returns What was read, or undefined where reading throws.
 */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
