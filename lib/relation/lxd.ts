/**
 * The wire format of the interface `lxd`.
 *
 * @module
 */
import { type Fingerprint, firstCertificate } from "../requirer/certificate.ts";
import {
  ANSWER,
  type AnswerDatabag,
  ANY_NODES,
  type Databag,
  parseBoundedJson,
  PROVIDER,
  readField,
  readFingerprints,
  renderDatabag,
  REQUIRER,
} from "../requirer/databag.ts";
import { isTooLong } from "../requirer/limits.ts";
import type { Reason } from "../requirer/reason.ts";
import { compareRejections } from "../trust/bound_rejections.ts";
import type { Requirer } from "../trust/owner.ts";
import type { Projects } from "../trust/projects.ts";
import type { CodedRejection, Publication, Published, Want, Wants } from "../trust/want.ts";
import { type ClientCertificates, readClientCertificates } from "./client_certificates.ts";
import { projectsOverLimit, textOverLimit } from "./over_limits.ts";

/** An application or unit at the other end of a relation, with its databag. */
export interface Sender {
  /** Its name. */
  readonly name: string;
  /** Its databag. */
  readonly databag: Databag;
}

const VERSION = "1.0";

const MUST_BE_PROJECTS: Reason = {
  code: "projects-unreadable",
  reason: "projects must be a JSON list of at least one project name",
};

/**
 * Parses the wants of an application and of its units, each by itself. Never fails: what cannot be read
 * is rejected with its reason.
 *
 * @param relation Id of the relation.
 */
export function parseWants(
  relation: string,
  application: Sender,
  units: readonly Sender[],
): Wants {
  return joinWants([application, ...units].map(({ name, databag }) => {
    const sent = readClientCertificates(
      "client_certificates",
      databag["client_certificates"] ?? "",
    );
    return wantsOf(sent, confinesOf([databag["projects"] ?? ""], parseProjects), {
      relation,
      name,
    });
  }));
}

/** Joins the wants of several requirers. */
export function joinWants(requests: readonly Wants[]): Wants {
  return {
    wants: requests.flatMap(({ wants }) => wants),
    rejected: requests.flatMap(({ rejected }) => rejected),
    refused: requests.flatMap(({ refused }) => refused),
  };
}

/** The projects that a requirer names, or the reason why they cannot be read. */
export type Confines = { readonly projects: Projects } | { readonly against: Reason };

/**
 * Reads the projects that a requirer names, if they are within the limits.
 *
 * @param texts What it wrote, with commas to join it.
 * @param parse Reads that.
 */
export function confinesOf(texts: readonly string[], parse: (text: string) => Confines): Confines {
  const against = textOverLimit("projects");
  if (texts.some(isTooLong)) return { against };
  const text = texts.join();
  if (isTooLong(text)) return { against };
  return parse(text);
}

/**
 * Composes the wants of one requirer.
 *
 * @param sent The certificates that it sent.
 * @param confines The projects that it names.
 * @returns The wants, with each certificate and each reason once.
 */
export function wantsOf(
  sent: ClientCertificates,
  confines: Confines,
  requirer: Requirer,
): Wants {
  const wants = new Map<Fingerprint, Want>();
  const rejected = new Map<string, CodedRejection>();
  const reject = ({ code, reason }: Reason, fingerprint: string | null): void => {
    rejected.set(`${fingerprint} ${reason}`, { unit: requirer.name, fingerprint, code, reason });
  };
  for (const refusal of sent.rejected) reject(refusal, refusal.fingerprint);
  const refused = [...sent.refused];
  for (const { certificate, text } of sent.certificates) {
    if ("against" in confines) {
      reject(confines.against, certificate.fingerprint);
      refused.push(certificate);
    } else if (!wants.has(certificate.fingerprint)) {
      const { projects } = confines;
      wants.set(certificate.fingerprint, { requirer, certificate, text, projects });
    }
  }
  return { wants: [...wants.values()], rejected: [...rejected.values()], refused };
}

/**
 * Writes a publication. The same publication gives the same bytes.
 *
 * @returns Relation data. An empty value deletes its key, as in `relation-set`.
 */
export function renderPublication(publication: Publication): Databag {
  const { nodes, registered, server } = publication;
  const fingerprints = [...registered.keys()].sort();
  // The error is known at the end of the hook only, and has a writer of its own.
  const { provider_error: _, ...databag } = renderDatabag(PROVIDER, {
    version: VERSION,
    nodes: nodes.toSorted(by(({ name, endpoint }) => `${name} ${endpoint}`))
      .map(({ endpoint, name }) => ({ endpoint, name, trusted_certs_fp: fingerprints })),
    server_certificate: server.pem,
    ...answerOf(publication),
  });
  return databag;
}

/**
 * Writes the answer about each certificate, which has the same keys in every interface.
 *
 * @returns Three keys of relation data. An empty value deletes its key.
 */
export function renderAnswer(
  publication: Answered,
): Readonly<Record<Exclude<keyof AnswerDatabag, "provider_error">, string>> {
  const { provider_error: _, ...answer } = renderDatabag(ANSWER, answerOf(publication));
  return answer;
}

/**
 * Parses a publication of any version of this charm, or of the original one. A key that cannot be read
 * counts as absent.
 *
 * @param databag Relation data of a unit or an application of the charm.
 */
export function parsePublished(databag: Databag): Published {
  const nodes = readField(ANY_NODES, databag["nodes"]) ?? [];
  const answer = parseAnswer(databag);
  // The original charm published fingerprints alone. This charm does so for certificates that are
  // still to be adopted.
  const { server_certificate: server, registered_certificates: registered } = databag;
  const listed = new Set(server && !registered ? [] : nodes.flatMap(readFingerprints));
  return {
    endpoints: nodes.map(({ endpoint }) => endpoint),
    ...answer,
    original: listed.difference(new Set<string>(answer.registered.keys())),
  };
}

/**
 * Parses the answer about each certificate, which has the same keys in every interface.
 *
 * @param databag Relation data of a unit or an application of the charm.
 */
export function parseAnswer(
  databag: Databag,
): Pick<Published, "registered" | "rejected" | "certificates"> {
  const registered = new Map<Fingerprint, string>();
  const texts = readField(ANSWER.registered_certificates, databag["registered_certificates"]) ?? [];
  for (const text of texts) {
    const certificate = firstCertificate(text);
    if (certificate) registered.set(certificate.fingerprint, text);
  }
  const rejected = readField(ANSWER.rejected_certificates, databag["rejected_certificates"]) ?? [];
  const states = readField(ANSWER.certificates, databag["certificates"]) ?? [];
  const certificates = new Map(states.map((state) => [state.fingerprint, state]));
  return { registered, rejected, certificates };
}

/** The part of a publication about each certificate. */
export type Answered = Pick<Publication, "registered" | "pending" | "rejected" | "certificates">;

function answerOf(
  { registered, pending, rejected, certificates }: Answered,
): AnswerDatabag {
  const fingerprints = [...registered.keys()].filter((key) => !pending.has(key)).sort();
  return {
    registered_certificates: fingerprints.map((key) => registered.get(key) ?? ""),
    rejected_certificates: rejected.length === 0 ? undefined : rejected
      .toSorted(compareRejections)
      .map(({ unit, fingerprint, code, reason }) => ({ unit, fingerprint, code, reason })),
    certificates: certificates.length === 0 ? undefined : certificates,
  };
}

function parseProjects(text: string): Confines {
  if (text.trim() === "") return { projects: null };
  const value = parseBoundedJson(text);
  // Of a long list, the parser would remember why each item is wrong.
  const names = Array.isArray(value) ? new Set<unknown>(value) : undefined;
  const excess = names && projectsOverLimit(names.size);
  if (excess) return { against: excess };
  const projects = REQUIRER.projects.schema.safeParse(names ? [...names] : value).data;
  return projects ? { projects: projects.toSorted() } : { against: MUST_BE_PROJECTS };
}

function by<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => key(a) < key(b) ? -1 : Number(key(a) > key(b));
}
