/**
 * The wire format of the interface `lxd-https`, as the charm `lxd` (canonical/charm-lxd) provides it.
 *
 * The provider's data is there only once a certificate of the relation is trusted: to a requirer,
 * its presence says "you are in". The keys `registered_certificates` and `rejected_certificates` are
 * ours, and mean what they mean in the interface `lxd`.
 *
 * @module
 */
import { type ClientCertificates, readClientCertificates } from "./client_certificates.ts";
import type { Requirer } from "./owner.ts";
import { parseNames } from "./projects.ts";
import {
  type Databag,
  type Node,
  parseAnswer,
  type Publication,
  type Published,
  renderAnswer,
  type Request,
  requestOf,
} from "./relation.ts";

const VERSION = "1.0";

const REASONS = {
  several: "Several certificates were sent: only the first one is registered",
  projects: "projects must be names of LXD projects with commas between them",
} as const;

/**
 * Says whether a databag asks for something. An application's that does stands for those of its
 * units: each side takes the first with the version, and looks into the application's first.
 *
 * @param databag Relation data of the requirer's unit or application.
 * @returns Whether it does.
 */
export function isRequest(databag: Databag): boolean {
  return databag["version"] === VERSION;
}

/**
 * Reads what a requirer asks for. Without the version, a databag is ignored.
 *
 * @param databag Relation data of the requirer's unit or application.
 * @param requirer Whose databag it is.
 * @returns The request.
 */
export function parseRequest(databag: Databag, requirer: Requirer): Request {
  const { version = "" } = databag;
  if (version === "") return { wants: [], rejected: [] };
  if (!isRequest(databag)) {
    const reason = `The version must be ${VERSION}`;
    return { wants: [], rejected: [{ unit: requirer.name, fingerprint: null, reason }] };
  }
  const sent = one(readClientCertificates(databag["certificate"] ?? ""));
  return requestOf(
    sent,
    { projects: parseNames(databag["projects"]), reason: REASONS.projects },
    requirer,
  );
}

/**
 * Writes what a relation is told. The same publication gives the same bytes.
 *
 * @param publication What to tell.
 * @returns Relation data; an empty value stands for a key to delete, as in `relation-set`.
 */
export function renderPublication(publication: Publication): Databag {
  const { registered, server } = publication;
  const isIn = registered.size > 0;
  const answer = renderAnswer(publication);
  return {
    version: isIn ? VERSION : "",
    certificate: isIn ? server.pem : "",
    certificate_fingerprint: isIn ? server.fingerprint : "",
    addresses: isIn ? addressesOf(publication).join(",") : "",
    ...answer,
    registered_certificates: isIn ? answer.registered_certificates : "",
  };
}

/**
 * Reads what a provider's databag holds. What cannot be read counts as absent.
 *
 * @param databag Relation data of a provider's unit or application.
 * @returns What was told.
 */
export function parsePublished(databag: Databag): Published {
  const addresses = (databag["addresses"] ?? "").split(",").filter((address) => address !== "");
  return {
    endpoints: addresses.map((address) => `https://${address}`),
    ...parseAnswer(databag),
    original: new Set(),
  };
}

/** `host:port` of each active member; of a standalone server, all that it listens at. */
function addressesOf({ nodes, addresses }: Publication): readonly string[] {
  const own = nodes.map(({ endpoint }: Node) => endpoint.slice("https://".length)).toSorted();
  // Requirers take the first one, and of a standalone server's this one is known to answer.
  return [...new Set([...own, ...addresses])];
}

function one({ certificates, rejected }: ClientCertificates): ClientCertificates {
  const [first] = certificates;
  if (!first) return { certificates, rejected };
  const isOne = certificates.every(({ certificate: { fingerprint } }) =>
    fingerprint === first.certificate.fingerprint
  );
  const several = { fingerprint: null, reason: REASONS.several };
  return { certificates: [first], rejected: isOne ? rejected : [...rejected, several] };
}
