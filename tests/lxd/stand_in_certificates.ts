/**
 * The stand-in's `/1.0/certificates`.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import {
  type Answer,
  type Caller,
  failure,
  isAdministrator,
  NOT_AUTHORIZED,
  type StandInRequest,
  success,
} from "./stand_in_answer.ts";
import { readMaterial } from "./stand_in_material.ts";
import { entryOf, etagOf, type State } from "./stand_in_state.ts";
import type { TrustEntry } from "./world.ts";

const PATH = "/1.0/certificates";
const Post = z.object({
  name: z.optional(z.string()),
  type: z.optional(z.string()),
  certificate: z.optional(z.string()),
  restricted: z.optional(z.boolean()),
  projects: z.optional(z.nullable(z.array(z.string()))),
  password: z.optional(z.string()),
});

/** Answers a request for the list. */
export function answerCertificates(
  state: State,
  caller: Caller,
  request: StandInRequest,
): Answer {
  if (request.method === "POST") return post(state, caller, request.body);
  if (request.method !== "GET") return failure(501, "not implemented");
  if (caller.kind === "untrusted") return NOT_AUTHORIZED;
  const entries = visible(state, caller);
  if (request.query.get("recursion") === "1") return success(entries);
  const urls = entries.map(({ fingerprint }) => `${PATH}/${fingerprint}`);
  return success(urls.length === 0 && state.dialect.nullLists ? null : urls);
}

/** Answers a request for one entry. */
export function answerCertificate(
  state: State,
  caller: Caller,
  request: StandInRequest,
): Answer {
  if (caller.kind === "untrusted") return NOT_AUTHORIZED;
  const own = caller.kind === "restricted" ? caller.fingerprint : undefined;
  const prefix = decodeURIComponent(request.path.slice(PATH.length + 1)).toLowerCase();
  const found = visible(state, caller).filter(({ fingerprint }) => fingerprint.startsWith(prefix));
  const [entry, another] = found;
  if (request.method === "DELETE" && own !== undefined) {
    const mayDelete = state.dialect.ownEntryOnly && entry?.fingerprint === own;
    if (!mayDelete) return NOT_AUTHORIZED;
  }
  if (another !== undefined) {
    return failure(state.dialect.ambiguousStatus, "More than one certificate matches");
  }
  if (entry === undefined) return failure(404, "Certificate not found");
  switch (request.method) {
    case "GET":
      return success(entry, { headers: { etag: etagOf(entry) } });
    case "PATCH":
      return change(state, entry, request, own, entry);
    case "PUT":
      return change(state, entry, request, own, {
        name: "",
        type: "",
        restricted: false,
        projects: [],
      });
    case "DELETE":
      if (entry.type === "server" && state.dialect.protectsServers) {
        return failure(403, "Cannot delete a certificate of type server");
      }
      state.entries.delete(entry.fingerprint);
      return success({});
    default:
      return failure(501, "not implemented");
  }
}

function visible(state: State, caller: Caller): readonly TrustEntry[] {
  const all = [...state.entries.values()].toSorted((a, b) =>
    a.fingerprint < b.fingerprint ? -1 : 1
  );
  if (!state.dialect.ownEntryOnly || caller.kind !== "restricted") return all;
  return all.filter(({ fingerprint }) => fingerprint === caller.fingerprint);
}

function post(state: State, caller: Caller, body: unknown): Answer {
  const { dialect } = state;
  const parsed = z.safeParse(Post, body);
  if (!parsed.success) return failure(400, "json: cannot unmarshal the request");
  if (!isAdministrator(caller)) return NOT_AUTHORIZED;
  const { name = "", type = "", restricted = false, certificate = "" } = parsed.data;
  const projects = parsed.data.projects ?? [];
  if (dialect.refusesPassword && (parsed.data.password ?? "") !== "") {
    return failure(501, "Trust passwords are no longer supported");
  }
  if (!["client", "metrics", ...(dialect.protectsServers ? [] : ["server"])].includes(type)) {
    return failure(400, "Invalid certificate type");
  }
  if (dialect.strictNames && /^-|\//.test(name)) {
    return failure(400, `Invalid certificate name "${name}"`);
  }
  if (dialect.projectsNeedRestricted && projects.length > 0 && !restricted) {
    return failure(400, "Cannot set projects on an unrestricted certificate");
  }
  // LXD takes a POST without material for that of the connection.
  if (certificate === "") return failure(400, "Client is already trusted");
  const material = readMaterial(certificate, dialect.notYetValid);
  if (material.kind === "bad") return failure(400, material.error);
  const entry = entryOf(state, material.certificate, { name, type, restricted, projects });
  if (state.entries.has(entry.fingerprint)) {
    return failure(409, "Certificate already in trust store");
  }
  const problem = problemOf(state, projects);
  if (problem !== undefined) return problem;
  state.entries.set(entry.fingerprint, entry);
  return success(null, { status: 201, headers: { location: `${PATH}/${entry.fingerprint}` } });
}

function change(
  state: State,
  entry: TrustEntry,
  request: StandInRequest,
  own: string | undefined,
  base: Pick<TrustEntry, "name" | "type" | "restricted" | "projects">,
): Answer {
  const { etag } = request;
  if (etag !== undefined && etag.replaceAll('"', "") !== etagOf(entry).replaceAll('"', "")) {
    return failure(412, `ETag doesn't match: ${etagOf(entry)} vs ${etag}`);
  }
  const parsed = z.safeParse(Post, request.body);
  if (!parsed.success) return failure(400, "json: cannot unmarshal the request");
  const { name = base.name, type = base.type, restricted = base.restricted } = parsed.data;
  const projects = parsed.data.projects ?? base.projects;
  const next = { name, type, restricted, projects };
  const { certificate } = parsed.data;
  if (own !== undefined) {
    const { name, type, restricted, projects } = entry;
    const same = JSON.stringify(next) === JSON.stringify({ name, type, restricted, projects });
    if (!same || own !== entry.fingerprint) {
      return failure(403, "Only the certificate can be changed");
    }
  }
  if (type !== entry.type) return failure(403, "The certificate type cannot be changed");
  const problem = problemOf(state, projects);
  if (problem !== undefined) return problem;
  let material: X509Certificate;
  try {
    material = new X509Certificate(certificate ?? entry.certificate);
  } catch {
    // A real 5.0.2 cuts the connection here.
    return failure(400, "Invalid certificate material");
  }
  const changed = entryOf(state, material, next);
  if (changed.fingerprint !== entry.fingerprint && state.entries.has(changed.fingerprint)) {
    return failure(500, "UNIQUE constraint failed: certificates.fingerprint");
  }
  state.entries.delete(entry.fingerprint);
  // Unlike a POST, an empty name is kept.
  state.entries.set(changed.fingerprint, { ...changed, name });
  return success({});
}

function problemOf(state: State, projects: readonly string[]): Answer | undefined {
  if (projects.some((project) => !state.projects.has(project))) {
    return failure(404, "Project not found");
  }
  if (new Set(projects).size < projects.length) {
    return failure(500, "UNIQUE constraint failed: certificates_projects.project_id");
  }
  return undefined;
}
