/**
 * The stand-in's routes, and its cluster.
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
  success,
} from "./stand_in_answer.ts";
import { answerCertificate, answerCertificates } from "./stand_in_certificates.ts";
import { answerIdentities } from "./stand_in_identities.ts";
import { answerInstances, INSTANCES_REGEXP } from "./stand_in_instances.ts";
import { createIdentity, enterMember } from "./stand_in_member.ts";
import { answerProjects } from "./stand_in_projects.ts";
import { answerServer } from "./stand_in_root.ts";
import { type Call, nameOf } from "./stand_in_state.ts";
import type { MemberStatus } from "./world.ts";

const WARNING = "00000000-0000-4000-8000-000000000001";
const Enable = z.object({ "server_name": z.string() });
const Identity = z.object({
  "cluster_certificate": z.string(),
  "cluster_certificate_key": z.string(),
});

/** Answers a request. Errors have the words of the dialect. */
export async function answer(call: Call): Promise<Answer> {
  const { dialect } = call.state;
  const given = await route(call);
  if (given === NOT_AUTHORIZED) return failure(403, dialect.notAuthorized);
  return given === NOT_FOUND ? failure(404, dialect.notFound) : given;
}

async function route(call: Call): Promise<Answer> {
  const { state, caller, request } = call;
  const { method, path } = request;
  if (path === "/" && method === "GET") return success(["/1.0"]);
  if (path === "/1.0") return answerServer(call);
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
  if (path.startsWith("/1.0/projects")) return answerProjects(call);
  if (method === "GET") return showCluster(call);
  return isAdministrator(caller) ? await changeCluster(call) : NOT_AUTHORIZED;
}

async function changeCluster({ state, request, present }: Call): Promise<Answer> {
  const { method, path } = request;
  if (path === "/1.0/cluster" && method === "PUT") {
    const { server_name: name } = z.parse(Enable, request.body);
    enterMember(state, name, state.identity.certificate);
    state.clusterName = name;
    state.identity = await createIdentity();
    await present();
    return success({});
  }
  if (path === "/1.0/cluster/certificate" && method === "PUT") {
    const parsed = z.parse(Identity, request.body);
    state.identity = {
      certificate: parsed.cluster_certificate,
      key: parsed.cluster_certificate_key,
    };
    await present();
    return success({});
  }
  return NOT_FOUND;
}

function metrics(caller: Caller): Answer {
  if (caller.kind === "untrusted" && !caller.metrics) return NOT_AUTHORIZED;
  return { status: 200, headers: {}, body: "# EOF\n" };
}

function showCluster({ state, request, member }: Call): Answer {
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
