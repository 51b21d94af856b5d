/**
 * Reads certificates: PEM to DER and its fingerprint, as LXD computes it.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { decodeBase64 } from "./base64.ts";

/** SHA-256 of a certificate's DER: 64 lower-case hexadecimal digits. */
export type Fingerprint = string & { readonly __brand: "Fingerprint" };

/** A certificate that could be read. */
export interface Certificate {
  /** The PEM block, with LF line ends and without indentation or text around it. */
  readonly pem: string;
  /** The DER in base64, as LXD's POST takes it. */
  readonly der: string;
  /** The fingerprint, as in LXD's list. */
  readonly fingerprint: Fingerprint;
}

/** One PEM block of a text: its label, such as `CERTIFICATE`, and its base64 body. */
export interface PemBlock {
  /** The label: letters, digits and spaces only. */
  readonly label: string;
  /** The base64 body without white space. */
  readonly body: string;
}

// LXD refuses weaker RSA keys ("RSA key is too weak (minimum of 2048bit)").
const MINIMUM_RSA_BITS = 2048;

const CLOCKS_DIFFER_HOURS = 48;

// YAML writers may break a label over lines, so it may contain any white space. A body ends at the next
// BEGIN, which also keeps the search linear.
const PEM_REGEXP =
  /-----BEGIN\s+([A-Z0-9][A-Z0-9\s]{0,60})-----((?:(?!-----BEGIN)[^])*?)-----END\s+[A-Z0-9\s]{1,61}-----/g;

/**
 * Finds the PEM blocks of a text, and ignores the text around them. Line ends may be CRLF, or escaped as
 * in a quoted YAML scalar (`\n` in two characters). Lines may be indented.
 *
 * @example Two blocks and a comment
 * ```ts
 * import assert from "node:assert/strict";
 * const text = "# mine\n-----BEGIN A-----\r\nAA==\r\n-----END A-----\n-----BEGIN B-----\nAQ==\n-----END B-----";
 * assert.deepEqual(pemBlocks(text).map(({ label, body }) => [label, body]), [["A", "AA=="], ["B", "AQ=="]]);
 * ```
 *
 * @returns The blocks in their order.
 */
export function pemBlocks(text: string): readonly PemBlock[] {
  // A YAML writer folds a double-quoted scalar with a backslash before the line end, and
  // marks a space it would otherwise lose with another one.
  const unfolded = text.replaceAll(/\\\r?\n\s*(\\ )?/g, (_fold, space) => space ? " " : "");
  const plain = unfolded.replaceAll("\\r", "\r").replaceAll("\\n", "\n");
  return Array.from(
    plain.matchAll(PEM_REGEXP),
    ([, label = "", body = ""]) => ({
      label: label.trim().replaceAll(/\s+/g, " "),
      body: body.replaceAll(/\s+/g, ""),
    }),
  );
}

/**
 * Writes a PEM block as TLS reads it, with LF line ends, the last one included.
 *
 * @example A short block
 * ```ts
 * import assert from "node:assert/strict";
 * const pem = renderPem({ label: "A", body: "AA==" });
 * assert.equal(pem, "-----BEGIN A-----\nAA==\n-----END A-----\n");
 * ```
 */
export function renderPem({ label, body }: PemBlock): string {
  const lines = body.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/**
 * Reads the certificate of a PEM block.
 *
 * @param block A block with the label `CERTIFICATE`.
 * @returns The certificate, or undefined if the body is not exactly one X.509 certificate.
 */
export function readCertificate({ label, body }: PemBlock): Certificate | undefined {
  try {
    const der = decodeBase64(body);
    // The parser ignores bytes after the certificate. LXD refuses them.
    if (derLength(der) !== der.length) return undefined;
    const { fingerprint256, raw } = new X509Certificate(der);
    // The input may lack its padding, which LXD demands.
    const base64 = raw.toString("base64");
    return {
      pem: renderPem({ label, body: base64 }),
      der: base64,
      fingerprint: fingerprint256.replaceAll(":", "").toLowerCase() as Fingerprint,
    };
  } catch {
    return undefined;
  }
}

/**
 * Reads the first certificate of a text.
 *
 * @param text PEM, with anything around it.
 * @returns The certificate, or undefined if there is none.
 */
export function firstCertificate(text: string): Certificate | undefined {
  const block = pemBlocks(text).find(({ label }) => label === "CERTIFICATE");
  return block && readCertificate(block);
}

/**
 * Checks the validity of a certificate.
 *
 * @param now Current time.
 * @returns The reason why it is not valid, or undefined if it is.
 */
export function outOfDate(certificate: Certificate, now: Date): string | undefined {
  const x509 = new X509Certificate(certificate.pem);
  const [from, to] = [new Date(x509.validFrom), new Date(x509.validTo)];
  if (to <= now) return `The certificate expired on ${day(to)}`;
  if (from > now) return `The certificate is not valid before ${day(from)}`;
  return undefined;
}

/**
 * Checks whether a certificate expired so long ago that no clock can be the cause. Clocks of machines
 * differ, so within two days only the server can tell.
 *
 * @param now Current time.
 * @returns The reason why it did, or undefined if it did not.
 */
export function longExpired(certificate: Certificate, now: Date): string | undefined {
  const to = new Date(new X509Certificate(certificate.pem).validTo);
  return to.getTime() + CLOCKS_DIFFER_HOURS * 3_600_000 < now.getTime()
    ? `The certificate expired on ${day(to)}`
    : undefined;
}

/**
 * Checks whether LXD lets in a client with a certificate, by its validity and the size of an RSA key.
 *
 * @param now Current time.
 * @returns The reason why LXD does not, or undefined if it does.
 */
export function unusable(certificate: Certificate, now: Date): string | undefined {
  return outOfDate(certificate, now) ?? weakness(certificate);
}

/**
 * Checks whether LXD takes the key of a certificate, by the size of an RSA key.
 *
 * @returns The reason why LXD does not, or undefined if it does.
 */
export function weakness(certificate: Certificate): string | undefined {
  const bits = rsaBits(new X509Certificate(certificate.pem));
  if (bits !== undefined && bits < MINIMUM_RSA_BITS) {
    return `The RSA key has ${bits} bits: LXD asks for at least ${MINIMUM_RSA_BITS}`;
  }
  return undefined;
}

// The runtime throws for keys that it does not know.
function rsaBits(x509: X509Certificate): number | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey;
    return asymmetricKeyType === "rsa" ? asymmetricKeyDetails?.modulusLength : undefined;
  } catch {
    return undefined;
  }
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Length of the outermost DER element, its header included. */
function derLength(der: Uint8Array): number {
  const [, first = 0] = der;
  if (first < 0x80) return 2 + first;
  const header = 2 + (first & 0x7f);
  return der.subarray(2, header).reduce((length, byte) => length * 256 + byte, 0) + header;
}
