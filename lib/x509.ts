/**
 * What stands in a certificate, read from its DER: the runtime's own reader throws for names and
 * keys that it does not know, and LXD knows others.
 *
 * @module
 */
import type { Certificate } from "./certificate.ts";
import { childrenOf, type DerElement, oidOf, readDer, TAGS } from "./der.ts";

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
}

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
    const [, , issuer, , subject, key] = parts[0]?.tag === TAGS.version ? parts.slice(1) : parts;
    if (!issuer || !subject || !key) return undefined;
    return { signature: oidOf(childrenOf(algorithm)[0]), issuer, subject, key };
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
