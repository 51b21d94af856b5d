/**
 * Reads the key `client_certificates`, in every form that requirers write it.
 *
 * @module
 */
import {
  type Certificate,
  type PemBlock,
  pemBlocks,
  readCertificate,
} from "../requirer/certificate.ts";
import { ALONE_REGEXP, parseJson, type Rejection } from "../requirer/databag.ts";
import { authoritiesAmong } from "../trust/chain.ts";

/** A certificate that a requirer sent. */
export interface Sent {
  /** The certificate. */
  readonly certificate: Certificate;
  /** The text of the requirer. `registered_certificates` repeats it. */
  readonly text: string;
}

/** The content of the key. */
export interface ClientCertificates {
  /** The certificates, in their order. A certificate may be there several times. */
  readonly certificates: readonly Sent[];
  /** Reasons why the rest was rejected, for the requirer's author. */
  readonly rejected: readonly Refusal[];
}

/** A rejection, without the name of the requirer. */
export type Refusal = Omit<Rejection, "unit">;

const MUST_BE = "was sent: it must be a PEM certificate";

const REASONS = {
  authority: "The certificate of an authority was sent with the one it signed: " +
    "only the client's own is registered",
  block: "A PEM block was sent that is no CERTIFICATE",
  certificate: "The PEM block is not an X.509 certificate",
  key: "A private key was sent: it is no longer secret, replace it and send certificates only",
  text: "The text holds no PEM certificate",
} as const;

// Longer texts are not repeated in relation data.
const MAXIMUM_ECHO_LENGTH = 16_384;

const KINDS: Readonly<Record<string, string>> = {
  boolean: "A boolean",
  number: "A number",
  object: "An object",
};

/**
 * Reads the key. Never fails: every item that is no client's certificate is rejected with its reason.
 *
 * @example One PEM block that is no certificate
 * ```ts
 * import assert from "node:assert/strict";
 * const text = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
 * const { certificates, rejected } = readClientCertificates(JSON.stringify([text]));
 * assert.deepEqual([certificates.length, rejected.length], [0, 1]);
 * ```
 *
 * @param raw Value of the key: a JSON list, one PEM, a JSON string, a YAML list, or garbage.
 */
export function readClientCertificates(raw: string): ClientCertificates {
  const read = items(raw).flatMap(readItem);
  const sent = read.filter((result) => typeof result !== "string");
  const reasons = read.filter((result) => typeof result === "string");
  // A chain may stand in one item, or in several.
  const authorities = authoritiesAmong(sent.map(({ certificate }) => certificate));
  return {
    certificates: sent.filter(({ certificate }) => !authorities.has(certificate.fingerprint)),
    rejected: [
      ...reasons.map((reason) => ({ fingerprint: null, reason })),
      ...[...authorities].map((fingerprint) => ({ fingerprint, reason: REASONS.authority })),
    ],
  };
}

function items(raw: string): readonly unknown[] {
  const value = jsonOrText(raw);
  // Some requirers serialize the list twice.
  const inner = typeof value === "string" ? jsonOrText(value) : value;
  return Array.isArray(inner) ? inner : [inner];
}

function jsonOrText(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** The certificates of an item, and the reasons why the rest is rejected. */
function readItem(item: unknown): readonly (Sent | string)[] {
  if (item === null || item === "") return [];
  if (typeof item !== "string") {
    const what = Array.isArray(item) ? "A list" : KINDS[typeof item];
    return [`${what} ${MUST_BE}`];
  }
  const blocks = pemBlocks(item);
  if (blocks.length === 0) return item.trim() === "" ? [] : [REASONS.text];
  // The requirer looks for its own text. Text beside the certificate is not repeated: it may be a
  // secret.
  const isAlone = item.length <= MAXIMUM_ECHO_LENGTH && ALONE_REGEXP.test(item);
  const echo = isAlone ? item : undefined;
  return blocks.map((block) => readBlock(block, echo));
}

/** The certificate of a block, or the reason why it is rejected. */
function readBlock(block: PemBlock, echo: string | undefined): Sent | string {
  if (block.label.endsWith("PRIVATE KEY")) return REASONS.key;
  if (block.label !== "CERTIFICATE") return REASONS.block;
  const certificate = readCertificate(block);
  return certificate ? { certificate, text: echo ?? certificate.pem } : REASONS.certificate;
}
