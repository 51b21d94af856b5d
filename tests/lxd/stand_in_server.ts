/**
 * The stand-in's calls: where each is answered, and the cluster.
 *
 * @module
 */
import * as z from "zod/mini";
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
import { answerIdentities } from "./stand_in_identities.ts";
import { answerInstances, INSTANCES_REGEXP } from "./stand_in_instances.ts";
import { createIdentity, enterMember } from "./stand_in_member.ts";
import { answerProjects } from "./stand_in_projects.ts";
import { answerServer } from "./stand_in_root.ts";
import { type ListedMember, nameOf, type State } from "./stand_in_state.ts";
import type { MemberStatus } from "./world.ts";

const WARNING = "00000000-0000-4000-8000-000000000001";
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
  const given = await route(state, caller, request, around);
  if (given === NOT_AUTHORIZED) return failure(403, state.dialect.notAuthorized);
  return given === NOT_FOUND ? failure(404, state.dialect.notFound) : given;
}

async function route(
  state: State,
  caller: Caller,
  request: StandInRequest,
  around: Surroundings,
): Promise<Answer> {
  const { method, path } = request;
  if (path === "/" && method === "GET") return success(["/1.0"]);
  if (path === "/1.0") return answerServer(state, caller, request, around.member);
  if (path === "/1.0/certificates") return answerCertificates(state, caller, request);
  if (/^\/1\.0\/certificates\/[^/]+$/.test(path)) return answerCertificate(state, caller, request);
  if (path === "/1.0/metrics") return metrics(caller);
  if (path.startsWith("/1.0/auth/")) return answerIdentities(state, caller, request);
  if (INSTANCES_REGEXP.test(path)) return answerInstances(state, caller, request);
  if (!/^\/1\.0\/(cluster|projects|warnings)(\/|$)/.test(path)) return NOT_FOUND;
  if (caller.kind === "untrusted") return NOT_AUTHORIZED;
  if (path === "/1.0/warnings") {
    if (!isAdministrator(caller)) return NOT_AUTHORIZED;
    return success([`${path}/${WARNING}`]);
  }
  if (path.startsWith("/1.0/projects")) {
    const location = state.clusterName === undefined ? "none" : around.member.name;
    return answerProjects(state, caller, request, location);
  }
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

function metrics(caller: Caller): Answer {
  if (caller.kind === "untrusted" && !caller.metrics) return NOT_AUTHORIZED;
  return { status: 200, headers: {}, body: "# EOF\n" };
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
    "server_name": names[index],
    url: `https://${one.address}:8443`,
    database: true,
    status: one.status,
    message: messageOf(one.status),
    architecture: "x86_64",
    roles: index === 0 ? state.dialect.leaderRoles : ["database"],
    "failure_domain": "default",
    description: "",
    config: {},
    groups: ["default"],
  })));
}

function messageOf(status: MemberStatus): string {
  if (status === "Online") return "Fully operational";
  return status === "Blocked" ? "Waiting for other members to upgrade" : `Member is ${status}`;
}
