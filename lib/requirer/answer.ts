/**
 * What a provider answers, in every known form.
 *
 * @module
 */
import { type Certificate, firstCertificate } from "./certificate.ts";
import {
  type AnyNode,
  type CertificateState,
  type Databag,
  type ProviderError,
  readFingerprints,
  type Rejection,
} from "./databag.ts";
import { line } from "./line.ts";
import { readError, readNodes, readRejections, readStates } from "./read_answer.ts";

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

// In bytes of UTF-8. The provider's reasons are as long at most.
const MAXIMUM_REASON = 512;
const MAXIMUM_NAME = 256;
const MAXIMUM_VERSION = 32;

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
  const rejections = databags.flatMap((databag) => readRejections(databag["rejected_certificates"]))
    .map(({ unit, reason, ...rest }) => ({
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
      databags.flatMap((databag) => readStates(databag["certificates"])),
    ),
    providerError: joinErrors(databags),
  };
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
  for (const one of states) {
    const state = "reason" in one && one.reason !== undefined
      ? { ...one, reason: line(one.reason, MAXIMUM_REASON) }
      : one;
    const other = joined.get(state.fingerprint);
    if (!other || RANKS[other.state] < RANKS[state.state]) joined.set(state.fingerprint, state);
  }
  return joined;
}

/** The error of the units if all have one. One unit that can serve is enough. */
function joinErrors(databags: readonly Databag[]): ProviderError | undefined {
  const errors = databags.map((databag) => readError(databag["provider_error"]));
  const [error] = errors;
  if (!error || errors.some((one) => !one)) return undefined;
  return { ...error, reason: line(error.reason, MAXIMUM_REASON) };
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
