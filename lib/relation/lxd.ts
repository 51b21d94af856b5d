/**
 * The wire format of the interface `lxd`: relation data to what the two sides mean, and back.
 *
 * @module
 */
import { type Fingerprint, firstCertificate } from "../requirer/certificate.ts";
import { type ClientCertificates, readClientCertificates } from "./client_certificates.ts";
import {
  ANSWER,
  type AnswerDatabag,
  ANY_NODES,
  type Databag,
  PROVIDER,
  readField,
  readFingerprints,
  type Rejection,
  renderDatabag,
  REQUIRER,
} from "../requirer/databag.ts";
import type { Requirer } from "../trust/owner.ts";
import type { Projects } from "../trust/projects.ts";
import type { Publication, Published, Want, Wants } from "../trust/want.ts";

/** An application or unit at the other end of a relation, with its databag. */
export interface Sender {
  /** Its name. */
  readonly name: string;
  /** Its databag. */
  readonly databag: Databag;
}

const VERSION = "1.0";

/**
 * Reads what an application and units of it ask for, each by itself. Never fails: what cannot be
 * read is rejected with its reason, and the rest is served.
 *
 * @param relation Id of the relation.
 * @param application The application, with its databag.
 * @param units Units of it, with theirs.
 * @returns The request.
 */
export function parseWants(
  relation: string,
  application: Sender,
  units: readonly Sender[],
): Wants {
  return joinWants([application, ...units].map(({ name, databag }) => {
    const sent = readClientCertificates(databag["client_certificates"] ?? "");
    const reason = "projects must be a JSON list of at least one project name";
    const confines = { projects: parseProjects(databag["projects"] ?? ""), reason };
    return wantsOf(sent, confines, { relation, name });
  }));
}

/**
 * Joins requests.
 *
 * @param requests The requests.
 * @returns One with all that they ask for.
 */
export function joinWants(requests: readonly Wants[]): Wants {
  return {
    wants: requests.flatMap(({ wants }) => wants),
    rejected: requests.flatMap(({ rejected }) => rejected),
  };
}

/**
 * Composes what a requirer asks for.
 *
 * @param sent The certificates that it sent.
 * @param confines The projects that it names; undefined where they cannot be read, for the reason
 * given.
 * @param requirer Who asks.
 * @returns The request, with each certificate and each reason once.
 */
export function wantsOf(
  sent: ClientCertificates,
  { projects, reason }: { readonly projects: Projects | undefined; readonly reason: string },
  requirer: Requirer,
): Wants {
  const wants = new Map<Fingerprint, Want>();
  const rejected = new Map<string, Rejection>();
  const reject = (reason: string, fingerprint: string | null): void => {
    rejected.set(`${fingerprint} ${reason}`, { unit: requirer.name, fingerprint, reason });
  };
  for (const { fingerprint, reason } of sent.rejected) reject(reason, fingerprint);
  for (const { certificate, text } of sent.certificates) {
    if (projects === undefined) {
      reject(reason, certificate.fingerprint);
    } else if (!wants.has(certificate.fingerprint)) {
      wants.set(certificate.fingerprint, { requirer, certificate, text, projects });
    }
  }
  return { wants: [...wants.values()], rejected: [...rejected.values()] };
}

/**
 * Writes what a provider tells a relation. The same publication gives the same bytes.
 *
 * @param publication What to tell.
 * @returns Relation data; an empty value stands for a key to delete, as in `relation-set`.
 */
export function renderPublication(publication: Publication): Databag {
  const { nodes, registered, server } = publication;
  const fingerprints = [...registered.keys()].sort();
  return renderDatabag(PROVIDER, {
    version: VERSION,
    nodes: nodes.toSorted(by(({ name, endpoint }) => `${name} ${endpoint}`))
      .map(({ endpoint, name }) => ({ endpoint, name, trusted_certs_fp: fingerprints })),
    server_certificate: server.pem,
    ...answerOf(publication),
  });
}

/**
 * Writes what has become of each certificate, which is the same in every interface.
 *
 * @param publication What to tell.
 * @returns Two keys of relation data; an empty value stands for a key to delete.
 */
export function renderAnswer(
  publication: Pick<Publication, "registered" | "pending" | "rejected">,
): Readonly<Record<keyof AnswerDatabag, string>> {
  return renderDatabag(ANSWER, answerOf(publication));
}

/**
 * Reads what a provider's databag holds, a former version's as well. What cannot be read counts as
 * absent.
 *
 * @param databag Relation data of a provider's unit or application.
 * @returns What was told.
 */
export function parsePublished(databag: Databag): Published {
  const nodes = readField(ANY_NODES, databag["nodes"]) ?? [];
  const answer = parseAnswer(databag);
  // The original charm told the fingerprints alone. We do so of what is still to be taken over,
  // beside the certificates of the rest.
  const { server_certificate: server, registered_certificates: registered } = databag;
  const told = new Set(server && !registered ? [] : nodes.flatMap(readFingerprints));
  return {
    endpoints: nodes.map(({ endpoint }) => endpoint),
    ...answer,
    original: told.difference(new Set<string>(answer.registered.keys())),
  };
}

/**
 * Reads what has become of each certificate, which is the same in every interface.
 *
 * @param databag Relation data of a provider's unit or application.
 * @returns What was told.
 */
export function parseAnswer(databag: Databag): Pick<Published, "registered" | "rejected"> {
  const registered = new Map<Fingerprint, string>();
  const texts = readField(ANSWER.registered_certificates, databag["registered_certificates"]) ?? [];
  for (const text of texts) {
    const certificate = firstCertificate(text);
    if (certificate) registered.set(certificate.fingerprint, text);
  }
  const rejected = readField(ANSWER.rejected_certificates, databag["rejected_certificates"]) ?? [];
  return { registered, rejected };
}

function answerOf(
  { registered, pending, rejected }: Pick<Publication, "registered" | "pending" | "rejected">,
): AnswerDatabag {
  const fingerprints = [...registered.keys()].filter((key) => !pending.has(key)).sort();
  return {
    registered_certificates: fingerprints.map((key) => registered.get(key) ?? ""),
    rejected_certificates: rejected.length === 0 ? undefined : rejected
      .toSorted(by(({ unit, fingerprint, reason }) => `${unit} ${fingerprint} ${reason}`))
      .map(({ unit, fingerprint, reason }) => ({ unit, fingerprint, reason })),
  };
}

/** Reads `projects`: null where nothing is asked, undefined where it cannot be read. */
function parseProjects(raw: string): Projects | undefined {
  if (raw.trim() === "") return null;
  const names = readField(REQUIRER.projects, raw);
  return names && [...new Set(names)].sort();
}

function by<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => key(a) < key(b) ? -1 : Number(key(a) > key(b));
}
