/**
 * Makes the charm's own key and its self-signed certificate.
 *
 * @module
 */
import { generateKeyPairSync, sign } from "node:crypto";
import { type Certificate, readCertificate } from "../requirer/certificate.ts";
import {
  bits,
  element,
  identifier,
  integer,
  octets,
  sequence,
  text,
  time,
  TRUE,
} from "./der_writer.ts";

/** A client certificate with its key. */
export interface KeyPair {
  /** The certificate. */
  readonly certificate: Certificate;
  /** Its private key: PEM, PKCS#8. */
  readonly key: string;
}

/** What a certificate says. */
export interface Subject {
  /** Name of its holder. At most 64 characters count. */
  readonly commonName: string;
  /** The moment from which on it is valid. */
  readonly notBefore: Date;
  /** The moment until which it is valid. */
  readonly notAfter: Date;
}

// As LXD's and Juju's own client certificates have it.
const CURVE = "P-384";

const ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3";
const COMMON_NAME = "2.5.4.3";
const KEY_USAGE = "2.5.29.15";
const BASIC_CONSTRAINTS = "2.5.29.19";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

const VERSION_3 = Uint8Array.of(2);
const DIGITAL_SIGNATURE = Uint8Array.of(0x80);
const UNUSED_BITS = 7;
const [EXPLICIT_VERSION, EXPLICIT_EXTENSIONS] = [0xa0, 0xa3];

const SERIAL_BYTES = 16;
// X.509 allows no longer common name.
const MAXIMUM_NAME = 64;

/**
 * Makes a key, and a certificate for a client with this key: ECDSA on P-384.
 *
 * @example A certificate for one day
 * ```ts
 * import assert from "node:assert/strict";
 * const [notBefore, notAfter] = [new Date(), new Date(Date.now() + 86_400_000)];
 * const { certificate, key } = createKeyPair({ commonName: "lxd-integrator", notBefore, notAfter });
 * assert.match(certificate.pem, /^-----BEGIN CERTIFICATE-----\n/);
 * assert.match(key, /^-----BEGIN PRIVATE KEY-----\n/);
 * ```
 */
export function createKeyPair(subject: Subject): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: CURVE });
  const signed = render(subject, publicKey.export({ type: "spki", format: "der" }));
  const signature = sign("sha384", signed, privateKey);
  const der = sequence(signed, sequence(identifier(ECDSA_WITH_SHA384)), bits(signature));
  const certificate = readCertificate({ label: "CERTIFICATE", body: der.toBase64() });
  if (!certificate) throw new TypeError("Cannot make a certificate: it cannot be read");
  return { certificate, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

/** Writes the part of a certificate that is signed. */
function render(
  { commonName, notBefore, notAfter }: Subject,
  publicKey: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const name = sequence(
    element(0x31, sequence(identifier(COMMON_NAME), text(commonName.slice(0, MAXIMUM_NAME)))),
  );
  return sequence(
    element(EXPLICIT_VERSION, integer(VERSION_3)),
    integer(crypto.getRandomValues(new Uint8Array(SERIAL_BYTES))),
    sequence(identifier(ECDSA_WITH_SHA384)),
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey,
    element(
      EXPLICIT_EXTENSIONS,
      sequence(
        sequence(identifier(KEY_USAGE), TRUE, octets(bits(DIGITAL_SIGNATURE, UNUSED_BITS))),
        sequence(
          identifier(EXTENDED_KEY_USAGE),
          octets(sequence(identifier(CLIENT_AUTHENTICATION))),
        ),
        // It is no authority.
        sequence(identifier(BASIC_CONSTRAINTS), TRUE, octets(sequence())),
      ),
    ),
  );
}
