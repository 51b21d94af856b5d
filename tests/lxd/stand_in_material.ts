/**
 * Checks certificates as LXD does when one is added.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type KeyObject, X509Certificate } from "node:crypto";

/** A certificate that can be added, or LXD's error. */
export type Material =
  | { readonly kind: "good"; readonly certificate: X509Certificate }
  | { readonly kind: "bad"; readonly error: string };

const MINIMUM_RSA_BITS = 2048;

/** Reads the DER in base64 of a POST. As in Go's decoder, line ends do not matter. */
export function readMaterial(base64: string, notYetValid: string): Material {
  const wrong = base64.search(/[^A-Za-z0-9+/=\r\n]/);
  if (wrong !== -1) return bad(`illegal base64 data at input byte ${wrong}`);
  let der: Buffer;
  try {
    der = Buffer.from(Uint8Array.fromBase64(base64, { lastChunkHandling: "strict" }));
  } catch {
    return bad(`illegal base64 data at input byte ${base64.length}`);
  }
  if (derLength(der) < der.length) return bad("Invalid certificate material: x509: trailing data");
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    return bad("Invalid certificate material: x509: malformed certificate");
  }
  const now = Date.now();
  if (now < Date.parse(certificate.validFrom)) return bad(notYetValid);
  if (now > Date.parse(certificate.validTo)) return bad("The provided certificate is expired");
  let publicKey: KeyObject;
  try {
    publicKey = certificate.publicKey;
  } catch {
    // Of a key that is damaged, the runtime and Go read nothing.
    return bad("Invalid certificate material: x509: failed to unmarshal elliptic curve point");
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType === "rsa" && bits < MINIMUM_RSA_BITS) {
    return bad("RSA key is too weak (minimum of 2048bit)");
  }
  return { kind: "good", certificate };
}

/** Whether a certificate is valid now. */
export function isValidNow({ validFrom, validTo }: X509Certificate): boolean {
  const now = Date.now();
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

function bad(error: string): Material {
  return { kind: "bad", error };
}

/** Length of the outer sequence, or of all bytes if they do not begin with a sequence. */
function derLength(der: Uint8Array): number {
  const [tag, length = 0] = der;
  if (tag !== 0x30) return der.length;
  if (length < 0x80) return 2 + length;
  const octets = length - 0x80;
  return 2 + octets + der.subarray(2, 2 + octets).reduce((sum, octet) => sum * 256 + octet, 0);
}
