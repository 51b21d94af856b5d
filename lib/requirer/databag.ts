/**
 * What the databags of the interface `lxd` hold, key by key: the one definition that both sides
 * read and write by, and that `docs/schema/` is made from.
 *
 * @module
 */
import * as z from "zod/mini";

/** Relation data of one unit or application: Juju knows strings only. */
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

/** How one key is written. */
export interface Field<T> {
  /** What is more than one text is written as JSON. */
  readonly as: "text" | "json";
  /** The value; of JSON, the parsed one. */
  readonly schema: Parser<T>;
  /** Whether the key may be missing. @default {false} */
  readonly isOptional?: boolean;
}

/** How a databag is written, key by key. */
export type Fields<T> = { readonly [N in keyof T]-?: Field<Exclude<T[N], undefined>> };

/** What a provider writes of each certificate, the same in every interface. */
export interface AnswerDatabag {
  /** The certificates that are in the trust store, as their requirers wrote them. */
  readonly registered_certificates: readonly string[];
  /** What could not be registered. */
  readonly rejected_certificates: readonly Rejection[] | undefined;
}

/** What a provider writes. */
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

/** Why something that a requirer wrote could not be registered. */
export interface Rejection {
  /** Name of the unit, or of the application where its own databag held it. */
  readonly unit: string;
  /** The certificate, or null where the text was none. */
  readonly fingerprint: string | null;
  /** For the requirer's author: what is wrong, and what to do. */
  readonly reason: string;
}

/** What a requirer writes. */
export interface RequirerDatabag {
  /** PEM certificates, one in each text. */
  readonly client_certificates: readonly string[];
  /** Names of the LXD projects that they are to be restricted to. */
  readonly projects: readonly string[] | undefined;
}

/** One PEM certificate, and nothing else. */
export const ALONE_REGEXP =
  /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----\s*$/;

/**
 * What LXD takes for a project's name. LXD repeats it in its refusal, which goes into a log, so that
 * nothing else, such as a private key, may pass for one.
 */
export const PROJECT_REGEXP = /^[^\s/'"*]{1,63}$/;

const Fingerprint = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const Certificate = z.string().check(z.regex(ALONE_REGEXP));
const Texts = z.array(z.string());

/** The keys about each certificate, the same in every interface. */
export const ANSWER: Fields<AnswerDatabag> = {
  // As requirers wrote them: former versions repeated what stood around a certificate, too.
  registered_certificates: {
    as: "json",
    schema: z.array(z.string().check(z.regex(/-----BEGIN CERTIFICATE-----/))),
  },
  rejected_certificates: {
    as: "json",
    schema: z.array(z.object({
      unit: z.string(),
      fingerprint: z.nullable(Fingerprint),
      reason: z.string(),
    })).check(z.minLength(1)),
    isOptional: true,
  },
};

/** The keys of a provider. */
export const PROVIDER: Fields<ProviderDatabag> = {
  version: { as: "text", schema: z.string().check(z.regex(/^1\.0$/)) },
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

/** The keys of a requirer, as it should write them. The charm takes more: `readClientCertificates`. */
export const REQUIRER: Fields<RequirerDatabag> = {
  client_certificates: { as: "json", schema: z.array(Certificate) },
  projects: {
    as: "json",
    schema: z.array(z.string().check(z.regex(PROJECT_REGEXP))).check(z.minLength(1)),
    isOptional: true,
  },
};

/** A node as any provider may have written it. */
export interface AnyNode {
  /** Where it is. */
  readonly endpoint: string;
  /** LXD's server name. */
  readonly name: string;
  /** Fingerprints, or the JSON of their list. */
  readonly trusted_certs_fp?: unknown;
}

/** The key `nodes`, as any provider may have written it. */
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
 * @param text Any text.
 * @returns The value, or undefined where the text is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads the fingerprints of a node. The original charm wrote the JSON of a list into the JSON of the
 * nodes.
 *
 * @param node A node.
 * @returns The fingerprints; none where they cannot be read.
 */
export function readFingerprints({ trusted_certs_fp: value }: AnyNode): readonly string[] {
  return Texts.safeParse(typeof value === "string" ? parseJson(value) : value).data ?? [];
}

/**
 * Reads one key.
 *
 * @param key How it is written.
 * @param text The databag's value.
 * @returns What it says, or undefined where it is missing or cannot be read.
 */
export function readField<T>({ as, schema }: Field<T>, text: string | undefined): T | undefined {
  return schema.safeParse(as === "json" ? parseJson(text ?? "") : text).data;
}

/**
 * Writes a databag. The same values give the same bytes.
 *
 * @param keys How it is written.
 * @param values What it shall say.
 * @returns Relation data; an empty value stands for a key to delete, as in `relation-set`.
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
