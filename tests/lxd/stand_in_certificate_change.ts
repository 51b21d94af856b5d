/**
 * Changes of entries in the trust store of the stand-in.
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

/** Values of a PUT that are left out: a PUT replaces everything. */
const NOTHING = { name: "", type: "", restricted: false, projects: [] };

/** A request to change an entry. */
export interface ChangeRequest extends Pick<StandInRequest, "method" | "body" | "etag"> {
  /** Whether it is the caller's own, of which only the certificate may change. @default {false} */
  readonly isOwn?: boolean;
}

/** Changes an entry by PATCH, or replaces it by PUT. */
export function changeCertificate(
  state: State,
  entry: TrustEntry,
  { method, body, etag, isOwn = false }: ChangeRequest,
): Answer {
  const { dialect } = state;
  if (etag !== undefined && etag.replaceAll('"', "") !== etagOf(entry).replaceAll('"', "")) {
    return failure(412, `${dialect.etagMismatch}: ${etagOf(entry)} vs ${etag}`);
  }
  const parsed = z.safeParse(CertificateBody, body);
  if (!parsed.success) return failure(400, "json: cannot unmarshal the request");
  const { certificate, ...changes } = parsed.data;
  const base = method === "PUT" ? NOTHING : entry;
  const { name = base.name, type = base.type, restricted = base.restricted } = changes;
  const wanted = { name, type, restricted, projects: changes.projects ?? base.projects };
  if (isOwn && !isSame(entry, wanted)) return failure(403, "Only the certificate can be changed");
  const problem = problemOf(state, entry, wanted);
  if (problem !== undefined) return problem;
  const material = materialOf(certificate ?? entry.certificate, dialect.notYetValid);
  if (material === undefined) {
    return dialect.survivesJunk ? failure(400, "Invalid certificate material") : CUT;
  }
  // The certificate of the entry may have expired meanwhile: LXD checks a new one only.
  if (material.kind === "bad" && certificate !== undefined) return failure(400, material.error);
  return replace(state, entry, {
    ...wanted,
    certificate: material.kind === "good"
      ? material.certificate
      : new X509Certificate(entry.certificate),
  });
}

function problemOf(
  state: State,
  entry: TrustEntry,
  { type, restricted, projects }: Changeable,
): Answer | undefined {
  const { dialect } = state;
  if (dialect.readsType && !TYPES.includes(type)) return failure(400, "Invalid certificate type");
  if (type !== entry.type) return failure(403, "The certificate type cannot be changed");
  if (dialect.projectsNeedRestricted && projects.length > 0 && !restricted) {
    return failure(400, "Projects can only be specified for restricted certificates");
  }
  return problemOfProjects(state, projects);
}

function replace(
  state: State,
  entry: TrustEntry,
  { certificate, ...wanted }: Changeable & { readonly certificate: X509Certificate },
): Answer {
  const { dialect } = state;
  const { name, type } = wanted;
  const changed = {
    ...entryOf(state, certificate, wanted),
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
