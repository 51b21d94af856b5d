/**
 * The wire format of the interface `lxd-https`, as the charm `lxd` (canonical/charm-lxd) provides it.
 *
 * The data is published only once a certificate of the relation is trusted, because requirers take its
 * presence for trust. The keys about certificates are an addition of this charm, with the meaning that
 * they have in the interface `lxd`, and so is `projects`. The key `project` is one of lxd-integrator-k8s:
 * the requirer works in this project of LXD, and without it in `default`.
 *
 * @module
 */
import type { Databag } from "../requirer/databag.ts";
import { isTooLong } from "../requirer/limits.ts";
import type { Reason } from "../requirer/reason.ts";
import type { Requirer } from "../trust/owner.ts";
import { isSame, join, narrow, parseNames } from "../trust/projects.ts";
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
import { projectsOverLimit, textOverLimit } from "./over_limits.ts";

const VERSION = "1.0";

const REASONS = {
  several: {
    code: "several-certificates",
    reason: "Several certificates were sent: only the first one is registered",
  },
  projects: {
    code: "projects-unreadable",
    reason: "projects must be names of LXD projects with commas between them",
  },
  version: { code: "version-unsupported", reason: `The version must be ${VERSION}` },
} as const satisfies Readonly<Record<string, Reason>>;

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
  if (version === "") return { wants: [], rejected: [], refused: [] };
  if (version !== VERSION) {
    const reason = isTooLong(version) ? textOverLimit("version") : REASONS.version;
    const rejected = [{ unit: requirer.name, fingerprint: null, ...reason }];
    return { wants: [], rejected, refused: [] };
  }
  const sent = one(readClientCertificates("certificate", databag["certificate"] ?? ""));
  return wantsOf(sent, confinesOf(projects, parseProjects), requirer);
}

function parseProjects(text: string): Confines {
  const projects = parseNames(text);
  if (projects === undefined) return { against: REASONS.projects };
  const against = projectsOverLimit(projects?.length ?? 0);
  return against === undefined ? { projects } : { against };
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
    projects: projectsOf(publication).join(","),
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

/**
 * The projects that every trusted certificate may use; if there is none, those that any of them may use.
 * All of LXD is an empty list.
 */
function projectsOf({ certificates }: Publication): readonly string[] {
  const granted = certificates.flatMap((one) => one.state === "trusted" ? [one.projects] : []);
  if (granted.length === 0) return [];
  const common = granted.reduce(narrow);
  return (common?.length === 0 ? granted.reduce(join) : common) ?? [];
}

/** The one project that the certificates may use; empty if there are several, or none is named. */
function projectOf({ certificates }: Publication): string {
  const [first, ...others] = certificates.flatMap((one) =>
    one.state === "trusted" ? [one.projects] : []
  );
  const isOne = first?.length === 1 && others.every((projects) => isSame(projects, first));
  return isOne ? first[0] ?? "" : "";
}

/** `host:port` of each active member; of a standalone server, all its addresses. */
function addressesOf({ nodes, isClustered, addresses }: Publication): readonly string[] {
  const members = nodes.map(({ endpoint }: Node) => endpoint.slice("https://".length))
    .toSorted();
  // Requirers take the first address. Of a standalone server, it is the one that answered.
  return [...new Set([...members, ...isClustered ? [] : addresses])];
}

function one(sent: ClientCertificates): ClientCertificates {
  const { certificates, rejected } = sent;
  const [first] = certificates;
  if (!first) return sent;
  const isOne = certificates.every(({ certificate: { fingerprint } }) =>
    fingerprint === first.certificate.fingerprint
  );
  const several = { fingerprint: null, ...REASONS.several };
  return { ...sent, certificates: [first], rejected: isOne ? rejected : [...rejected, several] };
}
