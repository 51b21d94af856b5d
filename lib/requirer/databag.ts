/**
 * The databags of the interface `lxd`, key by key. Both sides read and write by this one definition, and
 * `docs/schema/` is generated from it.
 *
 * @module
 */
import * as z from "zod/mini";
import { LIMITS } from "./limits.ts";

/** Relation data of one unit or application. Juju has strings only. */
export type Databag = Readonly<Record<string, string>>;

/** Parses a value, as a schema of zod does. */
export interface Parser<T> {
  /** Parses a value, without throwing. */
  readonly safeParse: (
    value: unknown,
  ) =>
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly data?: undefined };
}

/** The format of one key of a databag. */
export interface Field<T> {
  /** A value that is more than one text is written as JSON. */
  readonly as: "text" | "json";
  /** Parses the value; of JSON, the parsed value. */
  readonly schema: Parser<T>;
  /** Whether the key may be missing. @default {false} */
  readonly isOptional?: boolean;
}

/** The format of a databag, key by key. */
export type Fields<T> = { readonly [N in keyof T]-?: Field<Exclude<T[N], undefined>> };

/** The answer of a provider about each certificate, the same in every interface. */
export interface AnswerDatabag {
  /** The certificates that are in the trust store, as their requirers wrote them. */
  readonly registered_certificates: readonly string[];
  /** Certificates and other items that could not be registered. */
  readonly rejected_certificates: readonly Rejection[] | undefined;
  /** The state of each certificate that a requirer of the relation sends, sorted by fingerprint. */
  readonly certificates?: readonly CertificateState[] | undefined;
  /** Why the provider cannot serve. While it is there, the other keys are the last known ones. */
  readonly provider_error?: ProviderError | undefined;
}

/** The state of one certificate, as the provider publishes it. */
export type CertificateState =
  & {
    /** The certificate. */
    readonly fingerprint: string;
    /** When it expires, `2036-01-01T00:00:00Z`; null if that is not known. */
    readonly expires_at: string | null;
  }
  & (
    | {
      /** The certificate is in LXD's trust store. */
      readonly state: "trusted";
      /** The projects that LXD grants to it; null for all of LXD. */
      readonly projects: readonly string[] | null;
    }
    | {
      /** The certificate is about to be registered. */
      readonly state: "pending";
    }
    | {
      /** The certificate will not be registered without a change. */
      readonly state: "rejected";
      /** One of `REJECTION_CODES`, or of a later version. */
      readonly code: string;
      /** The reason and the remedy, in words. */
      readonly reason: string;
    }
  );

/** Why a provider cannot serve at present. */
export interface ProviderError {
  /** One of `PROVIDER_ERROR_CODES`, or of a later version. */
  readonly code: string;
  /** The reason in words, the same for each code. */
  readonly reason: string;
}

/** The databag of a provider. */
export interface ProviderDatabag extends AnswerDatabag {
  /** Version of the interface. */
  readonly version: string;
  /** The active nodes. */
  readonly nodes: readonly {
    /** `https://host:port`, an IPv6 host in brackets. */
    readonly endpoint: string;
    /** LXD's server name. */
    readonly name: string;
    /** Fingerprints of this relation's certificates that are in the trust store, sorted. */
    readonly trusted_certs_fp: readonly string[];
  }[];
  /** PEM that every node presents. */
  readonly server_certificate: string;
}

/** The reason why a certificate, or another item that a requirer wrote, could not be registered. */
export interface Rejection {
  /** Name of the unit, or of the application if its own databag held the item. */
  readonly unit: string;
  /** The certificate, or null if the item was none. */
  readonly fingerprint: string | null;
  /** One of `REJECTION_CODES`, or of a later version. Former versions of the provider wrote none. */
  readonly code?: string | undefined;
  /** The reason and the remedy, for the requirer's author. */
  readonly reason: string;
}

/** The databag of a requirer. */
export interface RequirerDatabag {
  /** PEM certificates, one in each text. */
  readonly client_certificates: readonly string[];
  /** Names of the LXD projects to restrict them to. */
  readonly projects: readonly string[] | undefined;
}

/** One PEM certificate, and nothing else. */
export const ALONE_REGEXP =
  /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----\s*$/;

/**
 * A project's name, as LXD takes it: any characters but `/`, quotes and white space, and neither `*`,
 * `.` nor `..`. LXD has no limit for its length, and keeps a name up to the first zero byte. Reasons
 * repeat a name, so no PEM, no control character and no mark that reorders text may pass for one.
 */
export const PROJECT_REGEXP =
  // deno-lint-ignore no-control-regex
  /^(?!\*$|\.{1,2}$|.*-----BEGIN)[^\s/'"\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff]{1,1024}$/u;

const Fingerprint = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const Certificate = z.string().check(z.regex(ALONE_REGEXP));
const Texts = z.array(z.string());
const Code = z.string().check(z.regex(/^[a-z0-9-]+$/));
const Time = z.nullable(
  z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)),
);

// One object for all states keeps the hooks small. What each state has stands in the type and in
// docs/schema/. A reader of others' data checks it.
const State = z.object({
  fingerprint: Fingerprint,
  state: z.string().check(z.regex(/^(trusted|pending|rejected)$/)),
  projects: z.optional(z.nullable(Texts)),
  expires_at: Time,
  code: z.optional(Code),
  reason: z.optional(z.string()),
}) as z.ZodMiniType as z.ZodMiniType<CertificateState>;

/** The keys about each certificate, the same in every interface. */
export const ANSWER: Fields<AnswerDatabag> = {
  // Former versions repeated the text around a certificate, too.
  registered_certificates: {
    as: "json",
    schema: z.array(z.string().check(z.regex(/-----BEGIN CERTIFICATE-----/))),
  },
  rejected_certificates: {
    as: "json",
    schema: z.array(z.object({
      unit: z.string(),
      fingerprint: z.nullable(Fingerprint),
      code: z.optional(Code),
      reason: z.string(),
    })).check(z.minLength(1)),
    isOptional: true,
  },
  certificates: {
    as: "json",
    schema: z.array(State).check(z.minLength(1)),
    isOptional: true,
  },
  provider_error: {
    as: "json",
    schema: z.object({ code: Code, reason: z.string() }),
    isOptional: true,
  },
};

/** The keys of a provider. */
export const PROVIDER: Fields<ProviderDatabag> = {
  version: { as: "text", schema: z.string().check(z.regex(/^1\.\d+$/)) },
  nodes: {
    as: "json",
    schema: z.array(z.object({
      endpoint: z.string().check(z.regex(/^https:\/\/[^\s/]+:\d+$/)),
      name: z.string(),
      trusted_certs_fp: z.array(Fingerprint),
    })),
  },
  server_certificate: { as: "text", schema: Certificate },
  ...ANSWER,
};

/** The keys of a requirer, as it should write them. The charm also reads other forms. */
export const REQUIRER: Fields<RequirerDatabag> = {
  client_certificates: {
    as: "json",
    schema: z.array(Certificate).check(z.maxLength(LIMITS.certificates)),
  },
  projects: {
    as: "json",
    schema: z.array(z.string().check(z.regex(PROJECT_REGEXP)))
      .check(z.minLength(1), z.maxLength(LIMITS.projects)),
    isOptional: true,
  },
};

/** A node, as any provider may write it. */
export interface AnyNode {
  /** Its address. */
  readonly endpoint: string;
  /** LXD's server name. */
  readonly name: string;
  /** Fingerprints, or the JSON of their list. */
  readonly trusted_certs_fp?: unknown;
}

/** The key `nodes`, as any provider may write it. */
export const ANY_NODES: Field<readonly AnyNode[]> = {
  as: "json",
  schema: z.array(z.object({
    endpoint: z.string(),
    name: z.string(),
    trusted_certs_fp: z.optional(z.unknown()),
  })),
};

/**
 * Parses JSON.
 *
 * @example Text that is no JSON
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(["[1]", "["].map(parseJson), [[1], undefined]);
 * ```
 *
 * @returns The value, or undefined if the text is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Number of lists and objects in one JSON text at most. Ten thousand take about 1 MB of memory; as many as
 * fit into a text take 100 MB.
 */
export const MAXIMUM_LISTS = 10_000;

/**
 * Parses JSON that the other end of a relation wrote. No requirer has lists and objects by the thousand.
 *
 * @example A list, and a list of many lists
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseBoundedJson("[[]]"), [[]]);
 * assert.equal(parseBoundedJson(`[${"[],".repeat(10_000)}[]]`), undefined);
 * ```
 *
 * @param maximum How many brackets may begin a list or an object. @default {10000}
 * @returns The value, or undefined if the text is no JSON, or has more brackets.
 */
export function parseBoundedJson(text: string, maximum: number = MAXIMUM_LISTS): unknown {
  let lists = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) lists++;
  }
  return lists > maximum ? undefined : parseJson(text);
}

/**
 * Reads the fingerprints of a node. The original charm wrote the JSON of a list into the JSON of the
 * nodes.
 *
 * @example As the original charm wrote them
 * ```ts
 * import assert from "node:assert/strict";
 * const node = { endpoint: "https://10.0.0.1:8443", name: "a", trusted_certs_fp: '["aa"]' };
 * assert.deepEqual(readFingerprints(node), ["aa"]);
 * ```
 *
 * @returns The fingerprints; none if they cannot be read.
 */
export function readFingerprints({ trusted_certs_fp: value }: AnyNode): readonly string[] {
  return Texts.safeParse(typeof value === "string" ? parseJson(value) : value).data ?? [];
}

/**
 * Reads one key of a databag.
 *
 * @returns The value, or undefined if it is missing or cannot be read.
 */
export function readField<T>({ as, schema }: Field<T>, text: string | undefined): T | undefined {
  return schema.safeParse(as === "json" ? parseJson(text ?? "") : text).data;
}

/**
 * Writes a databag. The same values give the same bytes.
 *
 * @returns Relation data. An empty value deletes its key, as in `relation-set`.
 */
export function renderDatabag<T extends object>(
  keys: Fields<T>,
  values: T,
): Readonly<Record<keyof T, string>> {
  const texts = Object.entries<Field<unknown>>(keys).map(([name, { as }]) => {
    const value = values[name as keyof T];
    return [name, value === undefined ? "" : as === "json" ? JSON.stringify(value) : value];
  });
  return Object.fromEntries(texts) as Record<keyof T, string>;
}
