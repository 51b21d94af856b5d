/**
 * The stand-in's instances. They are empty, and operations on them end at once.
 *
 * @module
 */
import * as z from "zod/mini";
import {
  accepted,
  type Answer,
  type Caller,
  failure,
  isAdministrator,
  NOT_AUTHORIZED,
  NOT_FOUND,
  type StandInRequest,
  success,
} from "./stand_in_answer.ts";
import type { State } from "./stand_in_state.ts";

const Named = z.object({ name: z.string() });

const CREATING = {
  description: "Creating instance",
  entity: "/1.0/instances",
  location: "none",
};
const DELETING = { ...CREATING, description: "Deleting instance" };

/** Paths of storage pools, instances and operations. */
export const INSTANCES_REGEXP = /^\/1\.0\/(instances|operations|storage-pools)(\/|$)/;

/** Answers a request about storage pools, instances or operations. */
export function answerInstances(state: State, caller: Caller, request: StandInRequest): Answer {
  const { method, path, query } = request;
  if (caller.kind === "untrusted") return NOT_AUTHORIZED;
  if (path === "/1.0/storage-pools") return storagePools(state, caller, request);
  const project = query.get("project") ?? "default";
  if (!mayUse(state, caller, project)) return NOT_AUTHORIZED;
  if (/^\/1\.0\/operations\/[^/]+\/wait$/.test(path)) {
    return success({ status: "Success", err: "" });
  }
  const { instances } = state;
  if (path === "/1.0/instances" && method === "GET") {
    const names = [...instances].filter((key) => key.startsWith(`${project}/`));
    return success(names.map((key) => key.replace(`${project}/`, "/1.0/instances/")));
  }
  if (path === "/1.0/instances" && method === "POST") {
    instances.add(`${project}/${z.parse(Named, request.body).name}`);
    return accepted({ ...CREATING, caller });
  }
  if (method !== "DELETE") return NOT_FOUND;
  const name = decodeURIComponent(path.slice("/1.0/instances/".length));
  if (!instances.delete(`${project}/${name}`)) return failure(404, "Instance not found");
  return accepted({ ...DELETING, caller });
}

function storagePools({ pools }: State, caller: Caller, request: StandInRequest): Answer {
  if (request.method === "GET") return success([...pools].map((name) => `${request.path}/${name}`));
  if (request.method !== "POST") return NOT_FOUND;
  if (!isAdministrator(caller)) return NOT_AUTHORIZED;
  // In a cluster, it is prepared on each member first.
  if (!request.query.has("target")) pools.add(z.parse(Named, request.body).name);
  return success(null, { status: 201 });
}

function mayUse({ entries }: State, caller: Caller, project: string): boolean {
  if (caller.kind !== "restricted") return isAdministrator(caller);
  return entries.get(caller.fingerprint)?.projects.includes(project) ?? false;
}
