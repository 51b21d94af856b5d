/**
 * The wire format of the interface `lxd-https`, as the charm `lxd` (canonical/charm-lxd) provides it.
 *
 * The data is published only once a certificate of the relation is trusted, because requirers take its
 * presence for trust. The keys `registered_certificates` and `rejected_certificates` are an addition of
 * this charm, with the meaning that they have in the interface `lxd`. The key `project` is one of
 * lxd-integrator-k8s: the requirer works in this project of LXD, and without it in `default`.
 *
 * @module
 */
import type { Databag } from "../requirer/databag.ts";
import { isTooLong, reasonAgainstProjects, reasonAgainstText } from "../requirer/limits.ts";
import type { Requirer } from "../trust/owner.ts";
import { isSame, parseNames } from "../trust/projects.ts";
import type { Node, Publication, Published, Wants } from "../trust/want.ts";
import { type ClientCertificates, readClientCertificates } from "./client_certificates.ts";
import {
  type Confines,
  confinesOf,
  joinWants,
  parseAnswer,
  renderAnswer,
  type Sender,
  wantsOf,
} from "./lxd.ts";

const VERSION = "1.0";

const REASONS = {
  several: "Several certificates were sent: only the first one is registered",
  projects: "projects must be names of LXD projects with commas between them",
} as const;

/**
 * Returns whether an application's databag may replace its units': it must hold a certificate,
 * and no other version.
 *
 * @example A certificate of the application
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(maySpeakForUnits({ version: "1.0", certificate: "-----BEGIN CERTIFICATE-----..." }));
 * assert.ok(!maySpeakForUnits({ version: "1.0" }));
 * ```
 */
export function maySpeakForUnits(application: Databag): boolean {
  const { version = "", certificate = "" } = application;
  return certificate !== "" && ["", VERSION].includes(version);
}

/**
 * Parses the wants of an application and of its units. Each side takes the first databag with the
 * version, and looks into the application's first. A missing key falls back to the other databag.
 * Without the version, nothing is wanted.
 *
 * @param relation Id of the relation.
 */
export function parseWants(
  relation: string,
  application: Sender,
  units: readonly Sender[],
): Wants {
  const { name, databag } = application;
  const asking = units.filter(({ databag }) => databag["version"] || databag["certificate"]);
  const isAsking = units.some(({ databag }) =>
    databag["version"] === VERSION && databag["certificate"]
  );
  const speaks = maySpeakForUnits(databag) && (databag["version"] === VERSION || !isAsking);
  if (speaks || asking.length === 0) {
    const databags = [databag, ...units.map(({ databag }) => databag)];
    // All units share the one certificate.
    const projects = databag["projects"]
      ? [databag["projects"]]
      : units.flatMap(({ databag: { projects } }) => projects ? [projects] : []);
    const request = { ...databag, version: versionAmong(databags) };
    return parseDatabag(request, projects, { relation, name });
  }
  return joinWants(asking.map((unit) => {
    const version = versionAmong([databag, unit.databag]);
    const projects = databag["projects"] || unit.databag["projects"] || "";
    return parseDatabag({ ...unit.databag, version }, [projects], { relation, name: unit.name });
  }));
}

/** The version that both sides speak, if any databag has it. */
function versionAmong(databags: readonly Databag[]): string {
  const versions = databags.map(({ version = "" }) => version).filter((one) => one !== "");
  return versions.find((one) => one === VERSION) ?? versions[0] ?? "";
}

function parseDatabag(
  databag: Databag,
  projects: readonly string[],
  requirer: Requirer,
): Wants {
  const { version = "" } = databag;
  if (version === "") return { wants: [], rejected: [] };
  if (version !== VERSION) {
    const reason = isTooLong(version)
      ? reasonAgainstText("version")
      : `The version must be ${VERSION}`;
    return { wants: [], rejected: [{ unit: requirer.name, fingerprint: null, reason }] };
  }
  const sent = one(readClientCertificates("certificate", databag["certificate"] ?? ""));
  return wantsOf(sent, confinesOf(projects, parseProjects), requirer);
}

function parseProjects(text: string): Confines {
  const projects = parseNames(text);
  if (projects === undefined) return { reason: REASONS.projects };
  const reason = reasonAgainstProjects(projects?.length ?? 0);
  return reason === undefined ? { projects } : { reason };
}

/**
 * Writes a publication. The same publication gives the same bytes.
 *
 * @returns Relation data. An empty value deletes its key, as in `relation-set`.
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
    project: projectOf(publication),
    ...answer,
    registered_certificates: isIn ? answer.registered_certificates : "",
  };
}

/**
 * Parses a publication. A key that cannot be read counts as absent.
 *
 * @param databag Relation data of a unit or an application of the charm.
 */
export function parsePublished(databag: Databag): Published {
  const addresses = (databag["addresses"] ?? "").split(",").filter((address) => address !== "");
  return {
    endpoints: addresses.map((address) => `https://${address}`),
    ...parseAnswer(databag),
    original: new Set(),
  };
}

/** `host:port` of each active member; of a standalone server, all its addresses. */
function addressesOf({ nodes, isClustered, addresses }: Publication): readonly string[] {
  const members = nodes.map(({ endpoint }: Node) => endpoint.slice("https://".length))
    .toSorted();
  // Requirers take the first address. Of a standalone server, it is the one that answered.
  return [...new Set([...members, ...isClustered ? [] : addresses])];
}

/** The one project that the certificates may use; empty if there are several, or none is named. */
function projectOf({ granted: [first, ...others] }: Publication): string {
  const isOne = first?.length === 1 && others.every((projects) => isSame(projects, first));
  return isOne ? first[0] ?? "" : "";
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
