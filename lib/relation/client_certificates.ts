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
import { ALONE_REGEXP, parseBoundedJson } from "../requirer/databag.ts";
import { isTooLong, LIMITS, reasonAgainstMore, reasonAgainstSize } from "../requirer/limits.ts";
import { because, type Reason } from "../requirer/reason.ts";
import { authoritiesAmong } from "../trust/chain.ts";
import { textOverLimit } from "./over_limits.ts";

/** A certificate that a requirer sent. */
export interface Sent {
  /** The certificate. */
  readonly certificate: Certificate;
  /** The text of the requirer. `registered_certificates` repeats it. */
  readonly text: string;
}

/** The content of the key. */
export interface ClientCertificates {
  /** The certificates, each once, in their order. */
  readonly certificates: readonly Sent[];
  /** Reasons why the rest was rejected, for the requirer's author. */
  readonly rejected: readonly Refusal[];
  /** The certificates that `rejected` names. */
  readonly refused: readonly Certificate[];
}

/** A rejection, without the name of the requirer. */
export interface Refusal extends Reason {
  /** The certificate, or null if the item was none. */
  readonly fingerprint: string | null;
}

const MUST_BE = "was sent: it must be a PEM certificate";

const REASONS = {
  authority: {
    code: "authority",
    reason: "The certificate of an authority was sent with the one it signed: " +
      "only the client's own is registered",
  },
  doubtful: {
    code: "too-many-signatures",
    reason: "Too many certificates with the same names were sent to verify all signatures: " +
      "send only the client's own",
  },
  block: { code: "not-certificate", reason: "A PEM block was sent that is no CERTIFICATE" },
  certificate: { code: "not-certificate", reason: "The PEM block is not an X.509 certificate" },
  key: {
    code: "private-key",
    reason: "A private key was sent: it is no longer secret, replace it and send certificates only",
  },
  text: { code: "not-certificate", reason: "The text holds no PEM certificate" },
} as const satisfies Readonly<Record<string, Reason>>;

// Longer texts are not repeated in relation data.
const MAXIMUM_ECHO_LENGTH = 16_384;

const KINDS: Readonly<Record<string, string>> = {
  boolean: "A boolean",
  number: "A number",
  object: "An object",
};

/**
 * Reads the key. Never fails: every item that is no client's certificate is rejected with its reason.
 * Equal texts are parsed once, and nothing after the limits is parsed.
 *
 * @example One PEM block that is no certificate
 * ```ts
 * import assert from "node:assert/strict";
 * const text = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
 * const read = readClientCertificates("client_certificates", JSON.stringify([text, text]));
 * assert.deepEqual([read.certificates.length, read.rejected.length], [0, 1]);
 * ```
 *
 * @param key Name of the key, for the reasons.
 * @param raw Value of the key: a JSON list, one PEM, a JSON string, a YAML list, or garbage.
 * @param parse Parses a PEM block. @default {readCertificate}
 */
export function readClientCertificates(
  key: string,
  raw: string,
  parse: typeof readCertificate = readCertificate,
): ClientCertificates {
  if (isTooLong(raw)) {
    const rejected = [{ fingerprint: null, ...textOverLimit(key) }];
    return { certificates: [], rejected, refused: [] };
  }
  const reader = createReader(parse);
  for (const item of items(raw)) readItem(item, reader);
  const { sent, more, rejected, refused } = reader;
  const certificates = [...sent.values()].filter((one) => one !== undefined);
  // A chain may stand in one item, or in several.
  const { certain, doubtful } = authoritiesAmong(
    certificates.map(({ certificate }) => certificate),
  );
  const authorities = certain.union(doubtful);
  const { own = [], others = [] } = Object.groupBy(
    certificates,
    ({ certificate }) => authorities.has(certificate.fingerprint) ? "others" : "own",
  );
  return {
    certificates: own,
    rejected: [
      ...rejected,
      ...more.size > 0 ? [{ fingerprint: null, ...tooMany(more.size) }] : [],
      ...[...certain].map((fingerprint) => ({ fingerprint, ...REASONS.authority })),
      ...[...doubtful].map((fingerprint) => ({ fingerprint, ...REASONS.doubtful })),
    ],
    refused: [...refused, ...others.map(({ certificate }) => certificate)],
  };
}

function tooMany(more: number): Reason {
  return { code: "too-many-certificates", reason: reasonAgainstMore(more) };
}

/** What was read so far. */
interface Reader {
  /** The certificates by the base64 of their blocks; undefined for a block that was rejected. */
  readonly sent: Map<string, Sent | undefined>;
  /** The texts with PEM blocks. */
  readonly texts: Set<string>;
  /** The base64 of the blocks after the limit. */
  readonly more: Set<string>;
  /** What was rejected. */
  readonly rejected: readonly Refusal[];
  /** The certificates among that. */
  readonly refused: readonly Certificate[];
  /** Rejects something, for a reason. */
  readonly reject: (reason: Reason, certificate?: Certificate) => void;
  /** Reads the certificate of a block. */
  readonly read: (block: PemBlock, echo: string | undefined) => void;
}

function createReader(parse: typeof readCertificate): Reader {
  const sent = new Map<string, Sent | undefined>();
  const more = new Set<string>();
  const refusals = new Map<string, Refusal>();
  const refused: Certificate[] = [];
  let number = 0;
  const reject: Reader["reject"] = (reason, certificate) => {
    const { fingerprint = null } = certificate ?? {};
    refusals.set(`${fingerprint} ${reason.reason}`, { fingerprint, ...reason });
    if (certificate) refused.push(certificate);
  };
  return {
    sent,
    texts: new Set(),
    more,
    get rejected() {
      return [...refusals.values()];
    },
    refused,
    reject,
    read: (block, echo) => {
      const { body } = block;
      if (sent.has(body)) return;
      if (number === LIMITS.certificates) return void more.add(body);
      const certificate = parse(block);
      const reason = certificate
        ? because("too-large", reasonAgainstSize(certificate))
        : REASONS.certificate;
      if (reason) reject(reason, certificate);
      else number++;
      sent.set(
        body,
        certificate && !reason ? { certificate, text: echo ?? certificate.pem } : undefined,
      );
    },
  };
}

function items(raw: string): readonly unknown[] {
  const value = jsonOrText(raw);
  // Some requirers serialize the list twice.
  const inner = typeof value === "string" ? jsonOrText(value) : value;
  return Array.isArray(inner) ? inner : [inner];
}

function jsonOrText(text: string): unknown {
  const value = parseBoundedJson(text);
  return value === undefined ? text : value;
}

function readItem(item: unknown, reader: Reader): void {
  if (item === null || item === "") return;
  if (typeof item !== "string") {
    const what = Array.isArray(item) ? "A list" : KINDS[typeof item];
    return reader.reject({ code: "not-certificate", reason: `${what} ${MUST_BE}` });
  }
  if (reader.texts.has(item)) return;
  const blocks = pemBlocks(item);
  if (blocks.length === 0) {
    return item.trim() === "" ? undefined : reader.reject(REASONS.text);
  }
  reader.texts.add(item);
  // The requirer looks for its own text. Text beside the certificate is not repeated: it may be a
  // secret.
  const isAlone = item.length <= MAXIMUM_ECHO_LENGTH && ALONE_REGEXP.test(item);
  for (const block of blocks) readBlock(block, isAlone ? item : undefined, reader);
}

function readBlock(block: PemBlock, echo: string | undefined, reader: Reader): void {
  if (block.label.endsWith("PRIVATE KEY")) reader.reject(REASONS.key);
  else if (block.label !== "CERTIFICATE") reader.reject(REASONS.block);
  else reader.read(block, echo);
}
