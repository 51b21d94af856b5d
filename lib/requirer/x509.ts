/**
 * Reads the parts of a certificate from its DER. The runtime's own reader throws for some names and keys
 * that LXD takes.
 *
 * @module
 */
import { decodeBase64 } from "./base64.ts";
import type { Certificate } from "./certificate.ts";
import { childrenOf, contentOf, type DerElement, oidOf, readDer, TAGS } from "./der.ts";

/** Parts of a certificate. */
export interface X509 {
  /** Algorithm of its signature: an object identifier. */
  readonly signature: string;
  /** Name of its issuer. */
  readonly issuer: DerElement;
  /** Name of its subject. */
  readonly subject: DerElement;
  /** The public key, with its algorithm. */
  readonly key: DerElement;
  /** Version of X.509, from 1 on. */
  readonly version: number;
  /** Its extensions. */
  readonly extensions: readonly Extension[];
}

/** One extension of a certificate. */
export interface Extension {
  /** Its kind: an object identifier. */
  readonly oid: string;
  /** Whether a reader that does not know it must refuse the certificate. */
  readonly isCritical: boolean;
  /** Its value, in DER. */
  readonly value: Uint8Array;
}

const EXTENSIONS = 0xa3;
const BOOLEAN = 0x01;
const OCTETS = 0x04;

/**
 * Reads the parts of a certificate.
 *
 * @returns Its parts, or undefined if its DER is wrong.
 */
export function readX509(certificate: Certificate): X509 | undefined {
  return attempt(() => {
    const [whole] = readDer(derOf(certificate));
    const [signed, algorithm] = childrenOf(whole);
    const parts = childrenOf(signed);
    // Certificates of version 1 have no version field.
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

/** Returns the DER of a certificate as bytes. */
export function derOf({ der }: Certificate): Uint8Array {
  return decodeBase64(der);
}

/**
 * Calls a function that may throw.
 *
 * @example A function that throws
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(attempt(() => JSON.parse("[")), undefined);
 * ```
 *
 * @returns Its result, or undefined if it throws.
 */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
