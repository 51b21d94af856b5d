/**
 * Additions to the trust store of the stand-in.
 *
 * @module
 */
import * as z from "zod/mini";
import {
  type Answer,
  type Caller,
  failure,
  mayManage,
  NOT_AUTHORIZED,
  success,
} from "./stand_in_answer.ts";
import { readMaterial } from "./stand_in_material.ts";
import { entryOf, isNameTaken, type State } from "./stand_in_state.ts";
import { makeToken, takeToken } from "./stand_in_tokens.ts";

const PATH = "/1.0/certificates";

/** Body of a POST, a PUT or a PATCH. */
export const CertificateBody = z.object({
  name: z.optional(z.string()),
  type: z.optional(z.string()),
  certificate: z.optional(z.string()),
  restricted: z.optional(z.boolean()),
  projects: z.optional(z.nullable(z.array(z.string()))),
  password: z.optional(z.string()),
  token: z.optional(z.boolean()),
  "trust_token": z.optional(z.string()),
});

/** Types of an entry. */
export const TYPES: readonly string[] = ["client", "metrics", "server"];

/** Adds a certificate. */
export function addCertificate(state: State, caller: Caller, body: unknown): Answer {
  const { dialect } = state;
  const parsed = z.safeParse(CertificateBody, body);
  if (!parsed.success) return failure(400, "json: cannot unmarshal the request");
  if (caller.kind === "untrusted") {
    const { password = "", trust_token: explicit = "" } = parsed.data;
    return takeToken(state, caller, dialect.readsTrustToken ? explicit : password);
  }
  if (!mayManage(caller, "create")) return NOT_AUTHORIZED;
  const { name = "", type = "", restricted = false, certificate = "" } = parsed.data;
  const { token = false, password = "", trust_token: trustToken = "" } = parsed.data;
  const projects = parsed.data.projects ?? [];
  if (dialect.refusesPassword && password !== "") {
    return failure(
      501,
      "Password authentication is no longer supported, please update your client",
    );
  }
  if (!TYPES.includes(type)) return failure(400, "Invalid certificate type");
  if (dialect.strictNames && /^-|\//.test(name)) {
    return failure(400, `Invalid certificate name "${name}"`);
  }
  if (dialect.readsTrustToken && trustToken !== "") return NOT_AUTHORIZED;
  if (dialect.projectsNeedRestricted && projects.length > 0 && !restricted) {
    return failure(400, "Projects can only be specified for restricted certificates");
  }
  if (token) {
    if (certificate !== "") return failure(400, "Cannot use certificate if token is requested");
    return makeToken(state, caller, { name, restricted, projects });
  }
  // LXD adds the certificate of the connection if a POST has none.
  if (certificate === "") return failure(dialect.noMaterialStatus, "Client is already trusted");
  const material = readMaterial(certificate, dialect.notYetValid);
  if (material.kind === "bad") return failure(400, material.error);
  const entry = entryOf(state, material.certificate, { name, type, restricted, projects });
  if (state.entries.has(entry.fingerprint)) {
    return failure(409, "Certificate already in trust store");
  }
  const isIdentity = state.identities.has(entry.fingerprint);
  if (dialect.identities && (isIdentity || isNameTaken(state, entry.name))) {
    return failure(409, "Certificate already exists");
  }
  const problem = problemOfProjects(state, projects);
  if (problem !== undefined) return problem;
  state.entries.set(entry.fingerprint, entry);
  return success(null, { status: 201, headers: { location: `${PATH}/${entry.fingerprint}` } });
}

/** Gives the error of an entry's projects, if they are wrong. */
export function problemOfProjects(
  { projects: known, dialect }: State,
  projects: readonly string[],
): Answer | undefined {
  if (projects.some((project) => !known.has(project))) return failure(404, "Project not found");
  if (new Set(projects).size === projects.length) return undefined;
  return failure(dialect.twiceStatus, "UNIQUE constraint failed: certificates_projects.project_id");
}
