/**
 * The steps of the action `check` that are about Juju.
 *
 * @module
 */
import { sourceOf } from "../credential/credentials.ts";
import { tokenProblem } from "../credential/own.ts";
import type { Credentials } from "../credential/parts.ts";
import { readCredentials } from "../juju/read_credentials.ts";
import { listRelations, type RelationId } from "../juju/read_relations.ts";
import { unlessRefused } from "../juju/refusal.ts";
import { INTERFACES } from "../relation/mod.ts";
import type { Hook } from "../reconcile.ts";
import { parseNames, type Projects } from "../trust/projects.ts";
import { numberOf } from "../trust/bound_rejections.ts";
import { describeFailure } from "./failure.ts";
import { MAXIMUM_ROWS } from "./rows.ts";
import { knownMembers } from "./visit.ts";
import type { Taken, Walk } from "./walk.ts";

/** The credential, and the projects that the operator allows. */
export interface FoundCredential {
  /** The credential. */
  readonly credentials: Credentials;
  /** The projects. */
  readonly allowed: Projects;
}

const OWN = "the secret of the charm's own key";
const PLACES = {
  secret: "the secret of credentials-secret",
  options: "the four options",
  token: OWN,
  cloud: "the cloud, by juju trust",
  unreadable: "",
} as const;

/** Finds the credential. */
export async function findCredential(hook: Hook): Promise<Taken<FoundCredential>> {
  const { config, found, own } = await readCredentials(hook.juju, hook.now);
  if (found.kind !== "complete") return { kind: "failed", reason: describeFailure(found, hook) };
  const problem = own && tokenProblem(own);
  if (problem) return { kind: "failed", reason: describeFailure(problem, hook) };
  const allowed = parseNames(config["projects"]);
  if (allowed === undefined) {
    const reason = "Cannot use projects: it must be names of LXD projects with commas between them";
    return { kind: "failed", reason };
  }
  const { credentials } = found;
  const place = credentials.isOwn ? OWN : PLACES[sourceOf(config).kind];
  const detail = `found in ${place}: our certificate is ${credentials.ourFingerprint}`;
  return { kind: "ok", detail, value: { credentials, allowed } };
}

/** Lists where LXD may be: the credential's endpoint, and members that were published before. */
export async function checkEndpoint(
  hook: Hook,
  { credentials: { endpoint, others: addresses = [] } }: FoundCredential,
): Promise<Taken<readonly string[]>> {
  const known = await knownMembers(hook);
  const named = new Set([endpoint, ...addresses]);
  const others = new Set(known).difference(named);
  const more = others.size > 0 ? `, and ${others.size} published before` : "";
  const detail = `${[...named].join(", ")}${more}`;
  return { kind: "ok", detail, value: [...named, ...others] };
}

/** Looks at each related application. */
export async function checkRelations(hook: Hook, walk: Walk): Promise<void> {
  const listed = await listRelations(hook.juju);
  const sorted = listed.toSorted((a, b) => Number(a.relation) - Number(b.relation));
  for (const id of sorted.slice(0, MAXIMUM_ROWS)) {
    const passed = await walk.step(`relation-${id.relation}`, () => checkRelation(hook, id));
    if (!passed) return;
  }
}

async function checkRelation(
  { juju, unit }: Hook,
  { endpoint, relation }: RelationId,
): Promise<Taken<RelationId>> {
  const [application, units, databag] = await Promise.all([
    unlessRefused(juju.relationApplication(relation)),
    unlessRefused(juju.relationList(relation)),
    unlessRefused(juju.relationGet(relation, unit)),
  ]);
  if (application === undefined || !units || !databag) {
    const reason = `Juju refuses to show ${endpoint}:${relation}: if it was removed by force, ` +
      `restart the agent of ${unit}`;
    return { kind: "failed", reason };
  }
  const { registered, rejected, certificates } = INTERFACES[endpoint].parsePublished(databag);
  const pending = [...certificates.values()].filter(({ state }) => state === "pending").length;
  const counts = `${registered.size} trusted, ${pending} pending, ${numberOf(rejected)} rejected`;
  const members = `${units.length} unit${units.length === 1 ? "" : "s"}`;
  const detail = `${application} at ${endpoint}, ${members}: ${counts}`;
  return { kind: "ok", detail, value: { endpoint, relation } };
}
