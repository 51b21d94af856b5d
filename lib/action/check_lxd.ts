/**
 * The steps of the action `check` that are about LXD, once it was entered.
 *
 * @module
 */
import { listMembers, quorumOf } from "../lxd/members.ts";
import { createRequest, type Transport } from "../lxd/request.ts";
import { outcomeOf } from "../outcome.ts";
import type { Hook } from "../reconcile.ts";
import { list } from "../requirer/line.ts";
import { describeMissing, missingFrom, type Projects } from "../trust/projects.ts";
import type { TrustStore } from "../trust/trust_store.ts";
import { describeFailure } from "./failure.ts";
import { writeProjects } from "./rows.ts";
import { readTrustStore, type Visit } from "./visit.ts";
import type { Taken } from "./walk.ts";

// In bytes of UTF-8.
const MAXIMUM_NAMES = 500;

/** Checks that the credential may manage the trust store. */
export async function checkManage(hook: Hook, visit: Visit): Promise<Taken<TrustStore>> {
  const read = await readTrustStore(visit);
  if (read.kind === "no-visit") {
    return { kind: "failed", reason: describeFailure(read.outcome, { ...hook, ...read }) };
  }
  const { trustStore } = read;
  const detail = `it may manage the trust store, which has ${trustStore.size} entries`;
  return { kind: "ok", detail, value: trustStore };
}

/** Checks that LXD has the projects that the operator allows. */
export async function checkProjects(
  hook: Hook,
  { lxd, attempt }: Visit,
  allowed: Projects,
): Promise<Taken<true>> {
  if (allowed === null) return { kind: "ok", detail: "no restriction to projects", value: true };
  const existing = await lxd.projects();
  if (existing.kind !== "done") {
    return {
      kind: "failed",
      reason: describeFailure(outcomeOf(existing, attempt), {
        ...hook,
        isClustered: lxd.isClustered,
      }),
    };
  }
  const names = missingFrom(existing.value, allowed);
  if (names.length > 0) {
    const outcome = { kind: "no-project", reason: describeMissing(names) } as const;
    return { kind: "failed", reason: describeFailure(outcome, hook) };
  }
  return { kind: "ok", detail: `LXD has ${writeProjects(allowed)}`, value: true };
}

/** Checks that most of the cluster's database is there. */
export async function checkCluster(
  hook: Hook,
  { lxd, attempt }: Visit,
  transport: Transport,
): Promise<Taken<true>> {
  if (!lxd.isClustered) return { kind: "ok", detail: "a server of its own", value: true };
  const listed = await listMembers(createRequest(transport, lxd.endpoint));
  if (listed.kind !== "done") {
    return {
      kind: "failed",
      reason: describeFailure(outcomeOf(listed, attempt), { ...hook, isClustered: true }),
    };
  }
  const members = listed.value;
  const away = members.filter(({ status }) => status !== "Online")
    .map(({ server_name: name, status }) => `${name} is ${status}`);
  const { voters, online, holds } = quorumOf(members);
  const state = `${online} of ${voters} voters of the database are online` +
    (away.length > 0 ? `; ${list(away, MAXIMUM_NAMES)}` : "");
  return holds
    ? { kind: "ok", detail: `${members.length} members, ${state}`, value: true }
    : { kind: "failed", reason: `No quorum: ${state}; start more of the members` };
}
