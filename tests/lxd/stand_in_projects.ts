/**
 * The stand-in's `/1.0/projects`.
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
  success,
} from "./stand_in_answer.ts";
import type { Call, State } from "./stand_in_state.ts";

const Project = z.object({ name: z.string() });

/** Answers a request about projects. */
export function answerProjects({ state, caller, request, member }: Call): Answer {
  const { method, path } = request;
  if (path === "/1.0/projects" && method === "GET") {
    return success(visibleProjects(state, caller).map((name) => urlOf(name, state)));
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
    const problem = problemOfName(wanted);
    if (problem !== undefined) return failure(400, problem);
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
  leaveProject(state, name);
  if (!state.dialect.deletesProjectsLater) return success({});
  const location = state.clusterName === undefined ? "none" : member.name;
  return accepted({ description: "Deleting project", entity: path, location, caller });
}

function urlOf(name: string, { dialect }: State): string {
  const once = encodeURIComponent(name);
  return `/1.0/projects/${dialect.encodesProjectsTwice ? encodeURIComponent(once) : once}`;
}

function problemOfName(name: string): string | undefined {
  if (name.includes("/")) return "Project names may not contain slashes";
  if (name.includes(" ")) return "Project names may not contain spaces";
  if (name.includes("_")) return "Project names may not contain underscores";
  if (/['"]/.test(name)) return "Project names may not contain quotes";
  if (name === "*") return "Reserved project name";
  return [".", ".."].includes(name) ? `Invalid project name "${name}"` : undefined;
}

/** Entries lose the project and keep their restriction: then they may do nothing. */
function leaveProject({ entries }: State, name: string): void {
  for (const [fingerprint, entry] of entries) {
    const projects = entry.projects.filter((project) => project !== name);
    entries.set(fingerprint, { ...entry, projects });
  }
}

function visibleProjects(state: State, caller: Caller): readonly string[] {
  if (isAdministrator(caller)) return [...state.projects];
  if (caller.kind !== "restricted") return [];
  return state.entries.get(caller.fingerprint)?.projects ?? [];
}
