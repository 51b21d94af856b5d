/**
 * The requirer's side of the interface `lxd`. A charm writes its certificates for LXD's trust store, and
 * reads the provider's answer. The library takes and returns databags. The charm reads and writes them.
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
import {
  isTooLong,
  LIMITS,
  reasonAgainstMore,
  reasonAgainstProjects,
  reasonAgainstSize,
  reasonAgainstText,
} from "./limits.ts";

export type { Certificate, Databag, Rejection };

/** The certificates that a requirer offers. */
export interface Offer {
  /** PEM certificates for LXD to trust; none to withdraw the former ones. */
  readonly certificates: readonly string[];
  /** Names of the LXD projects to restrict them to. @default {all that the operator allows} */
  readonly projects?: readonly string[];
}

/** The answer of a provider. */
export interface Answer {
  /** Version of the interface, such as `1.0`; undefined until the provider answers. */
  readonly version: string | undefined;
  /** The active nodes. */
  readonly nodes: readonly AnsweredNode[];
  /** The certificate of every node, to be pinned; undefined if the provider does not publish it. */
  readonly server: Certificate | undefined;
  /** Rejections, of all units of this application. */
  readonly rejected: readonly Rejection[];
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

/** The state of a certificate. */
export type Standing =
  /** Every node trusts it. */
  | { readonly kind: "trusted" }
  /** The provider rejects it for these reasons. */
  | { readonly kind: "rejected"; readonly reasons: readonly string[] }
  /** The provider has not answered yet. */
  | { readonly kind: "waiting" }
  /** The provider speaks another version of the interface. */
  | { readonly kind: "unsupported"; readonly version: string };

/** The certificates to use and to offer. */
export interface Rotation {
  /** The newest trusted certificate; undefined if none is trusted yet. */
  readonly use: string | undefined;
  /** The certificates to offer: that one and newer ones. Their keys must be kept. */
  readonly offer: readonly string[];
}

/**
 * Writes an offer, for the databag of the unit or, if it leads, of the application.
 *
 * @example Offer one, then withdraw it
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(renderOffer({ certificates: [] }), { client_certificates: "[]", projects: "" });
 * ```
 *
 * @returns Relation data. An empty value deletes its key, as in `relation-set`.
 * @throws {RangeError} If a certificate is not exactly one PEM certificate (a private key must never
 * get into relation data), or the list of projects is empty or holds no names.
 */
export function renderOffer({ certificates, projects }: Offer): Databag {
  const offered = certificates.map(readOwn);
  const reason = reasonAgainstOffer(offered, projects);
  if (reason !== undefined) throw new RangeError(`Cannot make an offer: ${reason}`);
  if (projects && !REQUIRER.projects.schema.safeParse(projects).success) {
    throw new RangeError("Cannot offer projects: they must be at least one project's name");
  }
  const databag = renderDatabag(REQUIRER, {
    client_certificates: offered.map(({ pem }) => pem),
    projects,
  });
  for (const [key, text] of Object.entries(databag)) {
    if (isTooLong(text)) throw new RangeError(`Cannot make an offer: ${reasonAgainstText(key)}`);
  }
  return databag;
}

function reasonAgainstOffer(
  certificates: readonly Certificate[],
  projects: readonly string[] = [],
): string | undefined {
  const more = new Set(certificates.map(({ fingerprint }) => fingerprint)).size -
    LIMITS.certificates;
  if (more > 0) return reasonAgainstMore(more);
  return certificates.map(reasonAgainstSize).find((reason) => reason !== undefined) ??
    reasonAgainstProjects(projects.length);
}

/**
 * Reads a provider's answer from the application's databag or, if that holds none, from those of the
 * units. A provider answers in the application's databag only if an application asks. One unit's databag
 * may be older than another's, so the answers of all units are joined. Every known form is read, that of
 * the original charm too.
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

/** Joins the answers of several units about one node. */
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
 * Reads the state of a certificate. After a change of the offer, it is the former state until the
 * provider answers.
 *
 * @param certificate The certificate, PEM.
 * @throws {RangeError} If the certificate cannot be read.
 */
export function standingOf(certificate: string, answer: Answer): Standing {
  const { version = "1.0", nodes, rejected } = answer;
  if (!/^1(\.|$)/.test(version)) return { kind: "unsupported", version };
  const { fingerprint } = readOwn(certificate);
  if (nodes.length > 0 && nodes.every(({ trusted }) => trusted.includes(fingerprint))) {
    return { kind: "trusted" };
  }
  const found = rejected.filter((rejection) => rejection.fingerprint === fingerprint);
  if (found.length === 0) return { kind: "waiting" };
  return { kind: "rejected", reasons: [...new Set(found.map(({ reason }) => reason))] };
}

/**
 * Decides which certificates to use and to offer. A former certificate is offered beside a new one until
 * every node trusts the new one, so the requirer always has one that LXD lets in. Call it in every hook
 * of the relation.
 *
 * @param certificates The certificates whose keys are at hand, PEM, the newest first.
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
