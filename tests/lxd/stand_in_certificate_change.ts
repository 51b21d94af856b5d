/**
 * What the stand-in changes of an entry, and what it refuses.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import { type Answer, CUT, failure, type StandInRequest, success } from "./stand_in_answer.ts";
import { CertificateBody, problemOfProjects, TYPES } from "./stand_in_certificate_post.ts";
import { type Material, readMaterial } from "./stand_in_material.ts";
import { entryOf, etagOf, isNameTaken, type State } from "./stand_in_state.ts";
import type { TrustEntry } from "./world.ts";

/** What a PUT begins with: it replaces everything. */
const NOTHING = { name: "", type: "", restricted: false, projects: [] };

/** How far a caller may change an entry. */
export interface ChangeOptions {
  /** Whether it is the caller's own, of which only the certificate may change. @default {false} */
  readonly own?: boolean;
}

/** Changes an entry by PATCH, or replaces it by PUT. */
export function changeCertificate(
  state: State,
  entry: TrustEntry,
  request: StandInRequest,
  { own = false }: ChangeOptions = {},
): Answer {
  const { dialect } = state;
  const { etag } = request;
  if (etag !== undefined && etag.replaceAll('"', "") !== etagOf(entry).replaceAll('"', "")) {
    return failure(412, `${dialect.etagMismatch}: ${etagOf(entry)} vs ${etag}`);
  }
  const parsed = z.safeParse(CertificateBody, request.body);
  if (!parsed.success) return failure(400, "json: cannot unmarshal the request");
  const base = request.method === "PUT" ? NOTHING : entry;
  const { name = base.name, type = base.type, restricted = base.restricted } = parsed.data;
  const projects = parsed.data.projects ?? base.projects;
  if (own && !isSame(entry, { name, type, restricted, projects })) {
    return failure(403, "Only the certificate can be changed");
  }
  if (dialect.readsType && !TYPES.includes(type)) return failure(400, "Invalid certificate type");
  if (type !== entry.type) return failure(403, "The certificate type cannot be changed");
  if (dialect.projectsNeedRestricted && projects.length > 0 && !restricted) {
    return failure(400, "Projects can only be specified for restricted certificates");
  }
  const problem = problemOfProjects(state, projects);
  if (problem !== undefined) return problem;
  const material = materialOf(parsed.data.certificate ?? entry.certificate, dialect.notYetValid);
  if (material === undefined) {
    return dialect.survivesJunk ? failure(400, "Invalid certificate material") : CUT;
  }
  // What an entry has may have expired meanwhile; only what is new is judged.
  if (material.kind === "bad" && parsed.data.certificate !== undefined) {
    return failure(400, material.error);
  }
  const certificate = material.kind === "good"
    ? material.certificate
    : new X509Certificate(entry.certificate);
  const changed = {
    ...entryOf(state, certificate, { name, type, projects, restricted }),
    // Unlike in a POST, an empty name is kept.
    name,
    ...(dialect.protectsServers && type === "server" ? { restricted: false } : {}),
  };
  if (changed.fingerprint !== entry.fingerprint && isHeld(state, changed.fingerprint)) {
    return failure(dialect.takenStatus, "UNIQUE constraint failed: certificates.fingerprint");
  }
  if (dialect.identities && name !== entry.name && isNameTaken(state, name)) {
    return failure(409, "Identity already exists");
  }
  state.entries.delete(entry.fingerprint);
  state.entries.set(changed.fingerprint, changed);
  return success({});
}

function isHeld({ entries, identities }: State, fingerprint: string): boolean {
  return entries.has(fingerprint) || identities.has(fingerprint);
}

type Changeable = Pick<TrustEntry, "name" | "type" | "restricted" | "projects">;

function isSame(entry: Changeable, { name, type, restricted, projects }: Changeable): boolean {
  return name === entry.name && type === entry.type && restricted === entry.restricted &&
    JSON.stringify(projects) === JSON.stringify(entry.projects);
}

function materialOf(pem: string, notYetValid: string): Material | undefined {
  try {
    return readMaterial(new X509Certificate(pem).raw.toString("base64"), notYetValid);
  } catch {
    return undefined;
  }
}
