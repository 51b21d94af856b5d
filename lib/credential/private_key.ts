/**
 * Reads private keys by their content. Labels often name another form. Go ignores labels, and so do
 * `lxc` and Juju.
 *
 * @module
 */
import { createPrivateKey } from "node:crypto";
import { pemBlocks } from "../requirer/certificate.ts";
import { childrenOf, contentOf, type DerElement, readDer, TAGS } from "../requirer/der.ts";
import { attempt } from "../requirer/x509.ts";

/** A private key that the runtime can use. */
export interface PrivateKey {
  /** The key as PEM, with the label of its form. */
  readonly pem: string;
  /** The key, to be compared with a certificate. */
  readonly object: ReturnType<typeof createPrivateKey>;
}

/** A private key, or the reason why it cannot be used. */
export type ReadKey = PrivateKey | { readonly reason: string };

type Form = "pkcs1" | "pkcs8" | "sec1";

const NO_KEY = "it must be a PEM private key without a passphrase";
const MANY_PRIMES = "it must be a key that TLS can use, and this RSA key has more than two primes";

// Encrypted keys are not read.
const LABEL_REGEXP = /^(?!ENCRYPTED )(.* )?PRIVATE KEY$/;

const OCTETS = 0x04;

/**
 * Reads the private key of a text, whether it is in PKCS#8, PKCS#1 or SEC1.
 *
 * @param text PEM, with anything around it.
 * @returns The key, or the reason why it cannot be used.
 */
export function readPrivateKey(text: string): ReadKey {
  const block = pemBlocks(text).find(({ label }) => LABEL_REGEXP.test(label));
  return attempt(() => readBody(block?.body ?? "")) ?? { reason: NO_KEY };
}

function readBody(body: string): ReadKey {
  const [whole] = readDer(Uint8Array.fromBase64(body, { lastChunkHandling: "loose" }));
  const parts = childrenOf(whole);
  const form = formOf(parts);
  if (hasManyPrimes(form === "pkcs8" ? attempt(() => wrapped(parts)) ?? [] : parts)) {
    return { reason: MANY_PRIMES };
  }
  // Bytes after the key are dropped: the runtime refuses them, and Go ignores them.
  const key = (whole?.whole ?? new Uint8Array()).toBase64();
  const object = createPrivateKey({ key, format: "der", encoding: "base64", type: form });
  return { pem: object.export({ type: form, format: "pem" }).toString(), object };
}

/** The key that PKCS#8 wraps. For RSA, it has the form PKCS#1. */
function wrapped([, , key]: readonly DerElement[]): readonly DerElement[] {
  return childrenOf(readDer(contentOf(key, OCTETS))[0]);
}

function hasManyPrimes([version, modulus]: readonly DerElement[]): boolean {
  return modulus?.tag === TAGS.integer && contentOf(version, TAGS.integer)[0] !== 0;
}

function formOf([, second]: readonly DerElement[]): Form {
  switch (second?.tag) {
    case TAGS.integer:
      return "pkcs1";
    case OCTETS:
      return "sec1";
    default:
      return "pkcs8";
  }
}
