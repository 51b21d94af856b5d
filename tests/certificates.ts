/**
 * Certificates and private keys for tests, made in the process: no file and no `openssl`.
 *
 * @module
 */

// Without its polyfill, `@peculiar/x509` refuses to load.
import "reflect-metadata";
import { Buffer } from "node:buffer";
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** The kinds of keys of certificates. */
export type KeyKind = "p256" | "p384" | "rsa1024" | "rsa2048";

/** Options of {@linkcode createCertificate}. */
export interface CertificateOptions {
  /** Common name of the subject. @default {"test"} */
  readonly commonName?: string;
  /** Kind of key. Juju's keys are `p384`. An RSA key takes up to a second. @default {"p256"} */
  readonly key?: KeyKind;
  /** Beginning of the validity. @default {one hour ago} */
  readonly notBefore?: Date;
  /** End of the validity. @default {ten years after the beginning} */
  readonly notAfter?: Date;
  /** DNS names among the subject's alternative names. @default {[]} */
  readonly dnsNames?: readonly string[];
  /** IP addresses among the subject's alternative names. @default {[]} */
  readonly ipAddresses?: readonly string[];
  /** Whether the certificate may sign others. @default {false} */
  readonly ca?: boolean;
  /** A certificate whose key to use, of the kind `key`. @default {a new key} */
  readonly keyOf?: Pick<TestCertificate, "certificate" | "key">;
  /** The authority that signs it. @default {self-signed} */
  readonly issuer?: Pick<TestCertificate, "certificate" | "key">;
}

/** A certificate with its private key. */
export interface TestCertificate {
  /** The certificate as PEM, with a newline at its end. */
  readonly certificate: string;
  /** The private key as PEM in PKCS#8 ("PRIVATE KEY"). */
  readonly key: string;
  /**
   * The same key as PEM in the form of its algorithm: SEC1 ("EC PRIVATE KEY", as Juju makes it) or
   * PKCS#1 ("RSA PRIVATE KEY").
   */
  readonly traditionalKey: string;
  /** The certificate as DER in base64: the form that LXD takes in a POST. */
  readonly der: string;
  /** SHA-256 of the DER in lower-case hexadecimal: what LXD calls the fingerprint. */
  readonly fingerprint: string;
}

const EXTRACTABLE = true;
const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 87_660 * HOUR_MS;
const ALGORITHMS: Readonly<Record<KeyKind, EcAlgorithm | RsaAlgorithm>> = {
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  p384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  rsa1024: rsa(1024),
  rsa2048: rsa(2048),
};

type EcAlgorithm = EcKeyGenParams & EcdsaParams & { readonly hash: string };
type RsaAlgorithm = RsaHashedKeyGenParams & { readonly hash: string };

/** Makes a key and a certificate for it, valid for client and server authentication. */
export async function createCertificate(
  options: CertificateOptions = {},
): Promise<TestCertificate> {
  const {
    commonName = "test",
    key = "p256",
    notBefore = new Date(Date.now() - HOUR_MS),
    notAfter = new Date(notBefore.getTime() + TEN_YEARS_MS),
    keyOf,
    issuer,
  } = options;
  const algorithm = ALGORITHMS[key];
  const pair = keyOf
    ? await readPair(keyOf, key)
    : await crypto.subtle.generateKey(algorithm, EXTRACTABLE, ["sign", "verify"]);
  const signer = issuer === undefined
    ? { name: `CN=${commonName}`, key: pair.privateKey, algorithm }
    : await readIssuer(issuer);
  const made = await x509.X509CertificateGenerator.create({
    subject: `CN=${commonName}`,
    issuer: signer.name,
    notBefore,
    notAfter,
    publicKey: pair.publicKey,
    signingKey: signer.key,
    signingAlgorithm: signer.algorithm,
    extensions: extensionsOf(options),
  });
  const raw = new Uint8Array(made.rawData);
  return {
    certificate: `${made.toString("pem")}\n`,
    ...await writeKey(pair.privateKey, key),
    der: raw.toBase64(),
    fingerprint: new Uint8Array(await crypto.subtle.digest("SHA-256", raw)).toHex(),
  };
}

function extensionsOf(
  { ca = false, dnsNames = [], ipAddresses = [] }: CertificateOptions,
): x509.Extension[] {
  const { keyCertSign, digitalSignature } = x509.KeyUsageFlags;
  const names: x509.JsonGeneralNames = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(ca, undefined, true),
    new x509.KeyUsagesExtension(ca ? keyCertSign | digitalSignature : digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([
      x509.ExtendedKeyUsage.clientAuth,
      x509.ExtendedKeyUsage.serverAuth,
    ]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
  ];
}

/** Writes a private key as PEM: in PKCS#8, and in the form of its kind. */
async function writeKey(
  privateKey: CryptoKey,
  kind: KeyKind,
): Promise<Pick<TestCertificate, "key" | "traditionalKey">> {
  const pkcs8 = createPrivateKey({
    key: Buffer.from(await crypto.subtle.exportKey("pkcs8", privateKey)),
    format: "der",
    type: "pkcs8",
  });
  const type = kind.startsWith("rsa") ? "pkcs1" : "sec1";
  return {
    key: pkcs8.export({ type: "pkcs8", format: "pem" }).toString(),
    traditionalKey: pkcs8.export({ type, format: "pem" }).toString(),
  };
}

/** Computes the fingerprint of a certificate in PEM as LXD writes it: lower-case, no colons. */
export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256.replaceAll(":", "")
    .toLowerCase();
}

function rsa(modulusLength: number): RsaAlgorithm {
  const publicExponent = new Uint8Array([1, 0, 1]);
  return {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength,
    publicExponent,
    hash: "SHA-256",
  };
}

async function readPair(
  { certificate, key }: Pick<TestCertificate, "certificate" | "key">,
  kind: KeyKind,
): Promise<CryptoKeyPair> {
  const pkcs8 = new Uint8Array(createPrivateKey(key).export({ type: "pkcs8", format: "der" }));
  const spki = new Uint8Array(
    new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" }),
  );
  const { subtle } = crypto;
  const [privateKey, publicKey] = await Promise.all([
    subtle.importKey("pkcs8", pkcs8, ALGORITHMS[kind], EXTRACTABLE, ["sign"]),
    subtle.importKey("spki", spki, ALGORITHMS[kind], EXTRACTABLE, ["verify"]),
  ]);
  return { privateKey, publicKey };
}

async function readIssuer(
  { certificate, key }: Pick<TestCertificate, "certificate" | "key">,
) {
  const parsed = new x509.X509Certificate(certificate);
  // The signature's hash need not fit the curve: SHA-256 works for every kind of issuer.
  const algorithm = { ...parsed.publicKey.algorithm, hash: "SHA-256" };
  const der = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  return {
    name: parsed.subject,
    key: await crypto.subtle.importKey(
      "pkcs8",
      new Uint8Array(der),
      algorithm,
      EXTRACTABLE,
      ["sign"],
    ),
    algorithm,
  };
}

/** Returns the end of a certificate's validity in UTC, such as `2036-01-01T00:00:00Z`. */
export function expiryOf(certificate: string): string {
  return new Date(new X509Certificate(certificate).validTo).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Returns the sorted fingerprints of certificates, in the order of publications. */
export function fingerprintsOf(
  ...certificates: readonly Pick<TestCertificate, "fingerprint">[]
): readonly string[] {
  return certificates.map(({ fingerprint }) => fingerprint).sort();
}
