/**
 * The stand-in's calls beside the trust store: the server, the cluster, the projects.
 *
 * @module
 */
import { hostname } from "node:os";
import * as z from "zod/mini";
import { fingerprintOf } from "../certificates.ts";
import {
  type Answer,
  type Caller,
  failure,
  isAdministrator,
  NOT_AUTHORIZED,
  NOT_FOUND,
  type StandInRequest,
  success,
} from "./stand_in_answer.ts";
import { answerCertificate, answerCertificates } from "./stand_in_certificates.ts";
import { answerInstances, INSTANCES_REGEXP } from "./stand_in_instances.ts";
import { createIdentity, enterMember } from "./stand_in_member.ts";
import { etagOf, type ListedMember, type State } from "./stand_in_state.ts";

const Project = z.object({ name: z.string() });
const Enable = z.object({ "server_name": z.string() });
const Identity = z.object({
  "cluster_certificate": z.string(),
  "cluster_certificate_key": z.string(),
});

/** What a handler may do beside changing the state. */
export interface Surroundings {
  /** The member that was asked. */
  readonly member: ListedMember;
  /** Makes every member present the identity of the state. */
  readonly present: () => Promise<void>;
}

/** Answers a request, or none that LXD would take. */
export async function answer(
  state: State,
  caller: Caller,
  request: StandInRequest,
  around: Surroundings,
): Promise<Answer> {
  const { method, path } = request;
  if (path === "/" && method === "GET") return success(["/1.0"]);
  if (path === "/1.0" && method === "GET") return server(state, caller, around.member);
  if (path === "/1.0/certificates") return answerCertificates(state, caller, request);
  if (/^\/1\.0\/certificates\/[^/]+$/.test(path)) return answerCertificate(state, caller, request);
  if (INSTANCES_REGEXP.test(path)) return answerInstances(state, caller, request);
  if (!/^\/1\.0\/(cluster|projects)(\/|$)/.test(path)) return NOT_FOUND;
  if (caller.kind === "untrusted") return NOT_AUTHORIZED;
  if (path.startsWith("/1.0/projects")) return projects(state, caller, request);
  if (method === "GET") return cluster(state, request, around.member);
  if (!isAdministrator(caller)) return NOT_AUTHORIZED;
  if (path === "/1.0/cluster" && method === "PUT") {
    const { server_name: name } = z.parse(Enable, request.body);
    enterMember(state, name, state.identity.certificate);
    state.clusterName = name;
    state.identity = await createIdentity();
    await around.present();
    return success({});
  }
  if (path === "/1.0/cluster/certificate" && method === "PUT") {
    const parsed = z.parse(Identity, request.body);
    state.identity = {
      certificate: parsed.cluster_certificate,
      key: parsed.cluster_certificate_key,
    };
    await around.present();
    return success({});
  }
  return NOT_FOUND;
}

function server(state: State, caller: Caller, member: ListedMember): Answer {
  const { dialect, identity, clusterName } = state;
  const common = {
    "api_extensions": dialect.extensions,
    "api_status": "stable",
    "api_version": "1.0",
    auth: caller.kind === "untrusted" ? "untrusted" : "trusted",
    public: false,
    "auth_methods": ["tls"],
  };
  if (caller.kind === "untrusted") {
    const config = dialect.untrustedConfig;
    return success({ ...(config === undefined ? {} : { config }), ...common });
  }
  const shown = {
    config: isAdministrator(caller) ? { "core.https_address": `${member.address}:8443` } : null,
    ...common,
    ...(dialect.authUser && caller.kind !== "administrator"
      ? { "auth_user_name": caller.fingerprint, "auth_user_method": "tls" }
      : {}),
    environment: {
      addresses: [`${member.address}:8443`],
      certificate: identity.certificate,
      "certificate_fingerprint": fingerprintOf(identity.certificate),
      project: "default",
      server: "lxd",
      "server_clustered": clusterName !== undefined,
      "server_name": clusterName === undefined ? hostname() : nameOf(state, member),
      "server_version": dialect.version,
    },
  };
  return success(shown, { headers: { etag: etagOf(shown) } });
}

function cluster(state: State, request: StandInRequest, member: ListedMember): Answer {
  const enabled = state.clusterName !== undefined;
  if (request.path === "/1.0/cluster") {
    const name = enabled ? nameOf(state, member) : "";
    return success({ "server_name": name, enabled, "member_config": [] });
  }
  if (request.path !== "/1.0/cluster/members") return NOT_FOUND;
  if (!enabled) return failure(500, "Server is not clustered");
  const names = state.members.map((one) => nameOf(state, one));
  if (request.query.get("recursion") !== "1") {
    return success(names.map((name) => `/1.0/cluster/members/${name}`));
  }
  return success(state.members.map((one, index) => ({
    roles: index === 0 ? ["database-leader", "database"] : ["database"],
    "failure_domain": "default",
    description: "",
    config: {},
    groups: ["default"],
    "server_name": names[index],
    url: `https://${one.address}:8443`,
    database: true,
    status: one.status,
    message: one.status === "Online" ? "Fully operational" : `Member is ${one.status}`,
    architecture: "x86_64",
  })));
}

function nameOf({ clusterName, members }: State, member: ListedMember): string {
  return members.length === 1 && clusterName !== undefined ? clusterName : member.name;
}

function projects(state: State, caller: Caller, request: StandInRequest): Answer {
  const { method, path } = request;
  if (path === "/1.0/projects" && method === "GET") {
    return success(visibleProjects(state, caller).map((name) => `/1.0/projects/${name}`));
  }
  const name = decodeURIComponent(path.slice("/1.0/projects/".length));
  if (method === "GET") {
    if (!isAdministrator(caller) && !visibleProjects(state, caller).includes(name)) {
      return NOT_AUTHORIZED;
    }
    if (!state.projects.has(name)) return failure(404, "Project not found");
    return success({ name, description: "", config: {}, "used_by": [] });
  }
  if (!isAdministrator(caller)) return NOT_AUTHORIZED;
  if (path === "/1.0/projects" && method === "POST") {
    const wanted = z.parse(Project, request.body).name;
    if (state.projects.has(wanted)) {
      return failure(409, `Failed creating project "${wanted}": it already exists`);
    }
    state.projects.add(wanted);
    return success(null, { status: 201, headers: { location: `/1.0/projects/${wanted}` } });
  }
  if (method !== "DELETE") return NOT_FOUND;
  if (!state.projects.delete(name)) {
    return failure(404, `Fetch project "${name}": Project not found`);
  }
  // Entries lose the project and keep their restriction: they may then do nothing.
  for (const [fingerprint, entry] of state.entries) {
    const left = entry.projects.filter((project) => project !== name);
    state.entries.set(fingerprint, { ...entry, projects: left });
  }
  return success({});
}

function visibleProjects(state: State, caller: Caller): readonly string[] {
  if (caller.kind !== "restricted") return [...state.projects];
  return state.entries.get(caller.fingerprint)?.projects ?? [];
}
