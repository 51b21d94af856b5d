/**
 * The key `client_certificates`, in every form that requirers write it.
 *
 * @module
 */
import {
  type Certificate,
  type PemBlock,
  pemBlocks,
  readCertificate,
} from "../requirer/certificate.ts";
import { authoritiesAmong } from "../trust/chain.ts";
import { ALONE_REGEXP, parseJson, type Rejection } from "../requirer/databag.ts";

/** A certificate that was sent. */
export interface Sent {
  /** The certificate. */
  readonly certificate: Certificate;
  /** As it was sent, to be repeated in `registered_certificates`. */
  readonly text: string;
}

/** What the key holds. */
export interface ClientCertificates {
  /** The certificates, in their order; the same one may be there several times. */
  readonly certificates: readonly Sent[];
  /** What is wrong with the rest, for the requirer's author. */
  readonly rejected: readonly Refusal[];
}

/** What is wrong with something that was sent. */
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

// Relation data is no place for longer texts.
const MAXIMUM_ECHO_LENGTH = 16_384;

const KINDS: Readonly<Record<string, string>> = {
  boolean: "A boolean",
  number: "A number",
  object: "An object",
};

/**
 * Reads the key. Never fails: what is no client's certificate is told, with the reason.
 *
 * @param raw The key's value: a JSON list, one PEM, a JSON string, a YAML list, or garbage.
 * @returns The certificates, and what is wrong with the rest.
 */
export function readClientCertificates(raw: string): ClientCertificates {
  const read = items(raw).flatMap(readItem);
  const sent = read.filter((result) => typeof result !== "string");
  const reasons = read.filter((result) => typeof result === "string");
  // A chain may be in one item, or over several.
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
  // A list that was serialised twice, as some requirers do.
  const inner = typeof value === "string" ? jsonOrText(value) : value;
  return Array.isArray(inner) ? inner : [inner];
}

function jsonOrText(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** What is in an item, and what is wrong with it. */
function readItem(item: unknown): readonly (Sent | string)[] {
  if (item === null || item === "") return [];
  if (typeof item !== "string") {
    const what = Array.isArray(item) ? "A list" : KINDS[typeof item];
    return [`${what} ${MUST_BE}`];
  }
  const blocks = pemBlocks(item);
  if (blocks.length === 0) return item.trim() === "" ? [] : [REASONS.text];
  // What is repeated must be what was sent, so that the requirer finds it; but nothing beside the
  // certificate, which might be a secret.
  const isAlone = item.length <= MAXIMUM_ECHO_LENGTH && ALONE_REGEXP.test(item);
  const echo = isAlone ? item : undefined;
  return blocks.map((block) => readBlock(block, echo));
}

/** The block's certificate, or what is wrong with it. */
function readBlock(block: PemBlock, echo: string | undefined): Sent | string {
  if (block.label.endsWith("PRIVATE KEY")) return REASONS.key;
  if (block.label !== "CERTIFICATE") return REASONS.block;
  const certificate = readCertificate(block);
  return certificate ? { certificate, text: echo ?? certificate.pem } : REASONS.certificate;
}
