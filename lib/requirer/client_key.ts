/**
 * Checks the keys of client certificates. LXD also adds certificates with other keys to its trust store,
 * and then never lets in their clients.
 *
 * @module
 */
import type { Certificate } from "./certificate.ts";
import { childrenOf, contentOf, type DerElement, hex, oidOf, readDer, TAGS } from "./der.ts";
import type { Reason } from "./reason.ts";
import { attempt, derOf, readX509 } from "./x509.ts";

// The limits of Go's TLS, which LXD uses.
const MAXIMUM_RSA_BITS = 8192;
const MAXIMUM_RSA_EXPONENT = 2n ** 31n - 1n;

// LXD keeps the certificate in a session ticket, which has less than 64 KiB.
const MAXIMUM_BYTES = 64_000;

const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
const ED25519 = "1.3.101.112";
const EC_CURVES = new Set(["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"]);

// Other kinds are named by their object identifiers.
const NAMES: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.7", "RSA-OAEP"],
  ["1.2.840.113549.1.1.10", "RSA-PSS"],
  ["1.2.840.10040.4.1", "DSA"],
  ["1.2.840.113549.1.3.1", "DH"],
  ["1.2.840.10046.2.1", "DH"],
  ["1.3.132.1.12", "ECDH"],
  ["1.3.101.110", "X25519"],
  ["1.3.101.111", "X448"],
  ["1.3.101.113", "Ed448"],
  ["1.2.156.10197.1.301", "SM2"],
  ["2.16.840.1.101.3.4.3.17", "ML-DSA-44"],
  ["2.16.840.1.101.3.4.3.18", "ML-DSA-65"],
  ["2.16.840.1.101.3.4.3.19", "ML-DSA-87"],
  ["1.2.840.10045.3.1.1", "P-192"],
  ["1.3.132.0.33", "P-224"],
  ["1.3.132.0.10", "secp256k1"],
  ["1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"],
  ["1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"],
  ["1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"],
]);

const ADVICE = "LXD lets in RSA, ECDSA (P-256, P-384 or P-521) and Ed25519 only";

/**
 * Checks whether LXD lets in a client with a certificate, by its size and its key.
 *
 * @returns The reason why LXD does not, or undefined if it does.
 */
export function unfit(certificate: Certificate): Reason | undefined {
  const { length } = derOf(certificate);
  if (length > MAXIMUM_BYTES) {
    const reason =
      `The certificate has ${length} bytes: LXD lets none in with more than ${MAXIMUM_BYTES}`;
    return { code: "too-large", reason };
  }
  const key = readX509(certificate)?.key;
  const read = attempt(() => readField(key));
  return read ? read.against : UNREADABLE;
}

interface Read {
  readonly against: Reason | undefined;
}

const UNREADABLE: Reason = {
  code: "key-unreadable",
  reason: "The certificate's key cannot be read",
};

function readField(element: DerElement | undefined): Read {
  const [algorithm, bits] = childrenOf(element);
  const [oid, parameters] = childrenOf(algorithm);
  const kind = oidOf(oid);
  switch (kind) {
    case ED25519:
      return { against: undefined };
    case EC:
      return { against: reasonAgainstCurve(parameters) };
    case RSA:
      return { against: reasonAgainstRsa(contentOf(bits, TAGS.bits)) };
    default:
      return { against: wrongKind(`The key is of the kind ${NAMES.get(kind) ?? kind}: ${ADVICE}`) };
  }
}

function wrongKind(reason: string): Reason {
  return { code: "key-kind", reason };
}

function reasonAgainstCurve(parameters: DerElement | undefined): Reason | undefined {
  if (parameters?.tag !== TAGS.oid) return wrongKind(`The key's curve has no name: ${ADVICE}`);
  const curve = oidOf(parameters);
  if (EC_CURVES.has(curve)) return undefined;
  return wrongKind(`The key is on the curve ${NAMES.get(curve) ?? curve}: ${ADVICE}`);
}

/** Reads an RSA key. The first byte is the number of unused bits at the end. */
function reasonAgainstRsa(bits: Uint8Array): Reason | undefined {
  const [key] = readDer(bits.subarray(1));
  const [modulus, exponent] = childrenOf(key);
  const size = numberOf(modulus).toString(2).length;
  if (size > MAXIMUM_RSA_BITS) {
    const reason =
      `The RSA key has ${size} bits: LXD lets none in with more than ${MAXIMUM_RSA_BITS}`;
    return { code: "key-size", reason };
  }
  const power = numberOf(exponent);
  if (power % 2n === 1n && power > 1n && power <= MAXIMUM_RSA_EXPONENT) return undefined;
  return wrongKind(
    `The RSA key's exponent is not odd and from 3 to ${MAXIMUM_RSA_EXPONENT}: ` +
      "LXD lets none in with another",
  );
}

function numberOf(element: DerElement | undefined): bigint {
  const content = contentOf(element, TAGS.integer);
  const [first = 0x80] = content;
  if (first >= 0x80) throw new RangeError("Cannot read DER: a number is negative");
  return BigInt(`0x${hex(content)}`);
}
