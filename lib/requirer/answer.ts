/**
 * What a provider answers, in every known form.
 *
 * @module
 */
import { type Certificate, firstCertificate } from "./certificate.ts";
import {
  ANSWER,
  ANY_NODES,
  type AnyNode,
  type CertificateState,
  type Databag,
  type Field,
  parseBoundedJson,
  type ProviderError,
  readFingerprints,
  type Rejection,
} from "./databag.ts";
import { line } from "./line.ts";

/** The answer of a provider. */
export interface Answer {
  /** Version of the interface, such as `1.0`; undefined until the provider answers. */
  readonly version: string | undefined;
  /** The active nodes. */
  readonly nodes: readonly AnsweredNode[];
  /** The certificate of every node, to be pinned; undefined if the provider does not publish it. */
  readonly server: Certificate | undefined;
  /** Rejections, of all units of this application. */
  readonly rejections: readonly Rejection[];
  /** The states of the relation's certificates, by fingerprint; empty from a former provider. */
  readonly certificates: ReadonlyMap<string, CertificateState>;
  /** Why the provider cannot serve; undefined if it can. The rest is then the last that it knew. */
  readonly providerError: ProviderError | undefined;
}

/** A node, with the certificates that it trusts. */
export interface AnsweredNode {
  /** `https://host:port`, an IPv6 host in brackets. */
  readonly endpoint: string;
  /** LXD's server name. */
  readonly name: string;
  /** Fingerprints of this relation's certificates that the node trusts. */
  readonly trusted: readonly string[];
}

// The lists of a relation with a thousand units fit in. A provider that is worse costs no more memory.
const MAXIMUM_CHARACTERS = 16_777_216;
const MAXIMUM_OBJECTS = 200_000;
// In bytes of UTF-8. The provider's reasons are as long at most.
const MAXIMUM_REASON = 512;
const MAXIMUM_NAME = 256;
const MAXIMUM_VERSION = 32;

const ENDPOINT_REGEXP = /^https:\/\/[^\s/?#@\\]{1,300}\/?$/;

// A certificate that one unit calls pending and another one trusted is trusted: the first one is late.
const RANKS = { pending: 0, rejected: 1, trusted: 2 } as const;

/**
 * Reads a provider's answer from the application's databag or, if that holds none, from those of the
 * units. A provider answers in the application's databag only if an application asks. One unit's databag
 * may be older than another's, so the answers of all units are joined. Every known form is read, that of
 * the original charm too. An item of a list that cannot be read is left out, except that of nodes
 * either all are read or none.
 *
 * Texts of the provider are each one line without invisible characters, and bounded: reasons to 512
 * bytes. They may be shown in a status.
 *
 * @example No answer yet
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(readAnswer({}, [{ "private-address": "10.0.0.1" }]).nodes, []);
 * ```
 *
 * @param application The databag of the remote application.
 * @param units The databags of its units.
 */
export function readAnswer(application: Databag, units: readonly Databag[]): Answer {
  const answering = [application, ...units].filter((one) =>
    one["version"] || one["nodes"] || one["provider_error"]
  );
  const databags = answering[0] === application ? [application] : answering;
  const version = databags.map((databag) => databag["version"]).find((text) => text);
  const nodes = joinNodes(databags.flatMap((databag) => readNodes(databag["nodes"])));
  const trusted = new Set(nodes.flatMap(({ trusted }) => trusted));
  const rejections = databags.flatMap((databag) =>
    readItems(ANSWER.rejected_certificates, databag["rejected_certificates"])
  ).map(({ unit, reason, ...rest }) => ({
    ...rest,
    unit: line(unit, MAXIMUM_NAME),
    reason: line(reason, MAXIMUM_REASON),
  }));
  const isLate = ({ fingerprint }: Rejection) => fingerprint !== null && trusted.has(fingerprint);
  return {
    version: version && line(version.slice(0, MAXIMUM_NAME).replaceAll('"', ""), MAXIMUM_VERSION),
    nodes,
    server: databags.map((databag) => firstCertificate(databag["server_certificate"] ?? ""))
      .find((server) => server !== undefined),
    rejections: databags.length === 1
      ? rejections
      : unique(rejections).filter((one) => !isLate(one)),
    certificates: joinStates(
      databags.flatMap((databag) => readItems(ANSWER.certificates, databag["certificates"])),
    ),
    providerError: joinErrors(databags),
  };
}

function parse(text: string | undefined = ""): unknown {
  return text.length > MAXIMUM_CHARACTERS ? undefined : parseBoundedJson(text, MAXIMUM_OBJECTS);
}

/** Reads the items of a list, each by itself. */
function readItems<T>({ schema }: Field<readonly T[]>, text: string | undefined): readonly T[] {
  const items = parse(text);
  return Array.isArray(items) ? items.flatMap((item) => schema.safeParse([item]).data ?? []) : [];
}

/** Reads all nodes or none: without the others, a certificate would seem to be trusted everywhere. */
function readNodes(text: string | undefined): readonly AnyNode[] {
  const nodes = ANY_NODES.schema.safeParse(parse(text)).data ?? [];
  const areGood = nodes.every(({ endpoint }) =>
    ENDPOINT_REGEXP.test(endpoint) && URL.canParse(endpoint)
  );
  return areGood ? nodes : [];
}

/** Joins the answers of several units about one node. */
function joinNodes(nodes: readonly AnyNode[]): readonly AnsweredNode[] {
  const joined = new Map<string, { readonly name: string; readonly trusted: Set<string> }>();
  for (const node of nodes) {
    const { trusted } = joined.get(node.endpoint) ?? { trusted: new Set() };
    for (const fingerprint of readFingerprints(node)) trusted.add(fingerprint);
    joined.set(node.endpoint, { name: line(node.name, MAXIMUM_NAME), trusted });
  }
  return [...joined].map(([endpoint, { name, trusted }]) => ({
    endpoint,
    name,
    trusted: [...trusted],
  }));
}

/** Joins the answers of several units about one certificate. */
function joinStates(
  states: readonly CertificateState[],
): ReadonlyMap<string, CertificateState> {
  const joined = new Map<string, CertificateState>();
  for (const { reason, ...rest } of states) {
    const state = reason === undefined ? rest : { ...rest, reason: line(reason, MAXIMUM_REASON) };
    const other = joined.get(state.fingerprint);
    if (!other || RANKS[other.state] < RANKS[state.state]) joined.set(state.fingerprint, state);
  }
  return joined;
}

/** The error of the units if all have one. One unit that can serve is enough. */
function joinErrors(databags: readonly Databag[]): ProviderError | undefined {
  const errors = databags.map((databag) =>
    ANSWER.provider_error.schema.safeParse(parse(databag["provider_error"])).data
  );
  const [error] = errors;
  if (!error || errors.some((one) => !one)) return undefined;
  return { ...error, reason: line(error.reason, MAXIMUM_REASON) };
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
