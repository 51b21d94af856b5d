/**
 * Certificates with unusual names and keys that no library writes, built byte by byte.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Options of {@linkcode craft}. */
export interface CraftOptions {
  /** Name of the subject, in DER. @default {nameOf("test")} */
  readonly subject?: Uint8Array;
  /** Name of the issuer, in DER. @default {subject} */
  readonly issuer?: Uint8Array;
  /** The public key with its algorithm, in DER. @default {a new Ed25519 key} */
  readonly key?: Uint8Array;
  /** Ed25519 key that signs it. @default {a new key, which is also the default of `key`} */
  readonly signer?: KeyObject;
  /** Number of additional bytes. @default {0} */
  readonly padding?: number;
}

const ED25519 = Uint8Array.fromHex("300506032b6570");
const FROM_2000_TO_2049 = Uint8Array.fromHex(
  "301e170d3030303130313030303030305a170d3439303130313030303030305a",
);
const COMMON_NAME = "0603550403";

const SEQUENCE = 0x30;
const SET = 0x31;
const UTF8 = 0x0c;

/** Makes an element of DER. */
export function der(tag: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const content = Buffer.concat(
    parts.map((part) => typeof part === "string" ? Uint8Array.fromHex(part) : part),
  );
  const { length } = content;
  const digits = length.toString(16);
  const whole = Uint8Array.fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
  const header = length < 0x80 ? [tag, length] : [tag, 0x80 + whole.length, ...whole];
  return Buffer.concat([Uint8Array.from(header), content]);
}

/** Makes a name with one common name, by default in UTF-8. */
export function nameOf(commonName: string, tag = UTF8): Uint8Array {
  const text = new TextEncoder().encode(commonName);
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(tag, text))));
}

/** Makes a public key with its algorithm: an object identifier and parameters in hexadecimal. */
export function keyOf(algorithm: string, key: Uint8Array = new Uint8Array(32)): Uint8Array {
  return der(SEQUENCE, der(SEQUENCE, algorithm), der(0x03, "00", key));
}

/** Makes a public RSA key. */
export function rsaKeyOf(modulus: bigint, exponent: bigint): Uint8Array {
  const number = (value: bigint): Uint8Array => {
    const digits = value.toString(16);
    const even = digits.length % 2 === 0 ? digits : `0${digits}`;
    return der(0x02, /^[89a-f]/.test(even) ? `00${even}` : even);
  };
  const key = der(SEQUENCE, number(modulus), number(exponent));
  return keyOf("06092a864886f70d0101010500", key);
}

/** Makes a key that can sign, and its public key for a certificate. */
export function createKey(): { readonly key: Uint8Array; readonly signer: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    key: publicKey.export({ type: "spki", format: "der" }),
    signer: privateKey,
  };
}

/** Makes a certificate in PEM, valid from 2000 to 2049, of the first version. */
export function craft(options: CraftOptions = {}): string {
  const fresh = createKey();
  const { subject = nameOf("test"), signer = fresh.signer, padding = 0 } = options;
  const { issuer = subject, key = fresh.key } = options;
  const serial = der(0x02, Uint8Array.of(1, ...crypto.getRandomValues(new Uint8Array(8))));
  const extension = der(SEQUENCE, "06032a0304", der(0x04, new Uint8Array(padding)));
  const signed = der(
    SEQUENCE,
    ...padding > 0 ? ["a003020102"] : [],
    serial,
    ED25519,
    issuer,
    FROM_2000_TO_2049,
    subject,
    key,
    ...padding > 0 ? [der(0xa3, der(SEQUENCE, extension))] : [],
  );
  const signature = Uint8Array.from(sign(null, Buffer.from(signed), signer));
  const body = der(SEQUENCE, signed, ED25519, der(0x03, "00", signature)).toBase64();
  const lines = body.match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
