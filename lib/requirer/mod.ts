/**
 * The requirer's side of the interface `lxd`: what a charm writes to have its certificates in LXD's
 * trust store, and what the provider's answer means. Databags in, changes out; to read and to write
 * them is the charm's.
 *
 * `createPinnedFetch()` of `pinned_fetch.ts` then speaks with the nodes: `server` of the
 * {@linkcode Answer} is its option of that name.
 *
 * @module
 */
import { type Certificate, firstCertificate, pemBlocks } from "./certificate.ts";
import {
  ANY_NODES,
  type AnyNode,
  type Databag,
  PROVIDER,
  readField,
  readFingerprints,
  type Rejection,
  renderDatabag,
  REQUIRER,
} from "./databag.ts";

export type { Certificate, Databag, Rejection };

/** What a requirer asks for. */
export interface Offer {
  /** PEM certificates that LXD shall trust; none to withdraw those that were offered before. */
  readonly certificates: readonly string[];
  /** Names of the LXD projects that they shall be restricted to. @default {what the operator allows} */
  readonly projects?: readonly string[];
}

/** What a provider answers. */
export interface Answer {
  /** Version of the interface, such as `1.0`; undefined as long as nothing is answered. */
  readonly version: string | undefined;
  /** The active nodes. */
  readonly nodes: readonly AnsweredNode[];
  /** What every node presents, to be pinned; undefined where the provider does not tell it. */
  readonly server: Certificate | undefined;
  /** What could not be registered, of all units of this application. */
  readonly rejected: readonly Rejection[];
}

/** A node, with what it trusts. */
export interface AnsweredNode {
  /** `https://host:port`, an IPv6 host in brackets. */
  readonly endpoint: string;
  /** LXD's server name. */
  readonly name: string;
  /** Fingerprints of this relation's certificates that the node trusts. */
  readonly trusted: readonly string[];
}

/** What has become of a certificate. */
export type Standing =
  /** Every node trusts it. */
  | { readonly kind: "trusted" }
  /** It was not registered, and will not be until the reasons are gone. */
  | { readonly kind: "rejected"; readonly reasons: readonly string[] }
  /** The provider has not come to it yet. */
  | { readonly kind: "waiting" }
  /** The provider speaks another version of the interface, which cannot be read here. */
  | { readonly kind: "unsupported"; readonly version: string };

/** Which certificates to go on with. */
export interface Rotation {
  /** The certificate to use: the newest that is trusted; undefined as long as none is. */
  readonly use: string | undefined;
  /** The certificates to offer, and to keep the keys of: that one, and those that are newer. */
  readonly offer: readonly string[];
}

/**
 * Writes what a requirer asks for, into its unit's databag or, as the leader, its application's.
 *
 * @example Offer one, then withdraw it
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(renderOffer({ certificates: [] }), { client_certificates: "[]", projects: "" });
 * ```
 *
 * @param offer What is asked for.
 * @returns Relation data; an empty value stands for a key to delete, as in `relation-set`.
 * @throws {RangeError} If a certificate is not exactly one PEM certificate (a private key must never
 * get into relation data), or the projects are none or no names.
 */
export function renderOffer({ certificates, projects }: Offer): Databag {
  if (projects && !REQUIRER.projects.schema.safeParse(projects).success) {
    throw new RangeError("Cannot offer projects: they must be at least one project's name");
  }
  return renderDatabag(REQUIRER, {
    client_certificates: certificates.map((text) => readOwn(text).pem),
    projects,
  });
}

/**
 * Reads a provider's answer: the application's databag or, where it says nothing, those of the units.
 * A provider answers in the application's databag only who asks in an application's databag, and a
 * unit's databag may be older than another's, so what any of them tells counts. Every form is read
 * that providers are known to write, the original charm's too.
 *
 * @example Nothing is answered yet
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(readAnswer({}, [{ "private-address": "10.0.0.1" }]).nodes, []);
 * ```
 *
 * @param application The databag of the remote application.
 * @param units The databags of its units.
 * @returns The answer.
 */
export function readAnswer(application: Databag, units: readonly Databag[]): Answer {
  const answering = [application, ...units].filter((one) => one["version"] || one["nodes"]);
  const databags = answering[0] === application ? [application] : answering;
  const [first = {}] = databags;
  const nodes = joinNodes(
    databags.flatMap((databag) => readField(ANY_NODES, databag["nodes"]) ?? []),
  );
  const trusted = new Set(nodes.flatMap(({ trusted }) => trusted));
  const rejected = databags.flatMap((databag) =>
    readField(PROVIDER.rejected_certificates, databag["rejected_certificates"]) ?? []
  );
  const isLate = ({ fingerprint }: Rejection) => fingerprint !== null && trusted.has(fingerprint);
  return {
    version: first["version"]?.replaceAll('"', ""),
    nodes,
    server: databags.map((databag) => firstCertificate(databag["server_certificate"] ?? ""))
      .find((server) => server !== undefined),
    rejected: databags.length === 1 ? rejected : unique(rejected).filter((one) => !isLate(one)),
  };
}

/** Joins what several units tell of one node. */
function joinNodes(nodes: readonly AnyNode[]): readonly AnsweredNode[] {
  const joined = new Map<string, AnsweredNode>();
  for (const node of nodes) {
    const { endpoint, name } = node;
    const { trusted = [] } = joined.get(endpoint) ?? {};
    const all = [...new Set([...trusted, ...readFingerprints(node)])];
    joined.set(endpoint, { endpoint, name, trusted: all });
  }
  return [...joined.values()];
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/**
 * Says what has become of a certificate.
 *
 * @param certificate The certificate, PEM.
 * @param answer The provider's answer.
 * @returns What has become of it. After a change of the offer, it is what had become of it before,
 * until the provider answers.
 * @throws {RangeError} If the certificate cannot be read.
 */
export function standingOf(certificate: string, answer: Answer): Standing {
  const { version = "1.0", nodes, rejected } = answer;
  if (!/^1(\.|$)/.test(version)) return { kind: "unsupported", version };
  const { fingerprint } = readOwn(certificate);
  if (nodes.length > 0 && nodes.every(({ trusted }) => trusted.includes(fingerprint))) {
    return { kind: "trusted" };
  }
  const own = rejected.filter((rejection) => rejection.fingerprint === fingerprint);
  if (own.length === 0) return { kind: "waiting" };
  return { kind: "rejected", reasons: [...new Set(own.map(({ reason }) => reason))] };
}

/**
 * Decides which certificates to go on with, so that there is always one that LXD lets in: the former
 * one is offered beside the new one, until every node trusts the new one. To be asked in every hook
 * of the relation.
 *
 * @param certificates The certificates whose keys are at hand, PEM, the newest first.
 * @param answer The provider's answer.
 * @returns Which to use, and which to offer.
 * @throws {RangeError} If a certificate cannot be read.
 */
export function rotate(certificates: readonly string[], answer: Answer): Rotation {
  const index = certificates.findIndex((one) => standingOf(one, answer).kind === "trusted");
  return {
    use: certificates[index],
    offer: index === -1 ? certificates : certificates.slice(0, index + 1),
  };
}

function readOwn(text: string): Certificate {
  const certificate = pemBlocks(text).length === 1 ? firstCertificate(text) : undefined;
  if (certificate) return certificate;
  throw new RangeError("Cannot use a certificate: it must be exactly one PEM certificate");
}
