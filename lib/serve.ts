/**
 * Serves the relations, once LXD is entered: readWants, plan, apply, publish, revoke.
 *
 * @module
 */
import { claim, isAdoptionPending, markOriginals } from "./trust/adopt.ts";
import { type Applied, apply } from "./lxd/apply.ts";
import type { Fingerprint } from "./requirer/certificate.ts";
import { holdBack } from "./trust/hold_back.ts";
import type { Credentials } from "./credential/parts.ts";
import type { Juju } from "./juju/hook_tools.ts";
import type { Lxd } from "./lxd/client.ts";
import type { Observation } from "./juju/observe.ts";
import { INTERFACES } from "./relation/mod.ts";
import { readPublished } from "./juju/read_relations.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Mark } from "./trust/owner.ts";
import { plan } from "./trust/plan.ts";
import { isWithin, type Projects } from "./trust/projects.ts";
import { newRejections, publicationOf } from "./trust/publication.ts";
import { publish } from "./juju/publish.ts";
import { unlessRefused } from "./juju/refusal.ts";
import type { Step } from "./trust/step.ts";
import { readWants, relationGone, type Role } from "./juju/read_wants.ts";
import { ownerOf, projectsOf, type TrustStore } from "./trust/trust_store.ts";
import type { Rejection } from "./requirer/databag.ts";

/** Whom to serve, and by what. */
export interface Service {
  /** The hook tools. */
  readonly juju: Juju;
  /** LXD, entered. */
  readonly lxd: Lxd;
  /** What it was entered with. */
  readonly credentials: Credentials;
  /** The part of the model that the event is about. */
  readonly seen: Observation;
  /** What this unit may do. */
  readonly role: Role;
  /** The projects that the operator allows. */
  readonly allowed: Projects;
  /** The name of our entries. */
  readonly mark: Mark;
  /** The present. */
  readonly now: Date;
  /** Is told of each change made to LXD's trust store. */
  readonly report: (change: string) => void;
}

/** What came of it. */
export interface Served {
  /** How it ended. */
  readonly outcome: Outcome;
  /** Whether the trust store, or what relations are told, was changed. */
  readonly hasChanged: boolean;
}

/**
 * Makes LXD's trust store and the relations what they should be.
 *
 * @param service Whom to serve, and by what.
 * @returns What came of it.
 */
export async function serve(service: Service): Promise<Served> {
  const { juju, lxd, credentials, seen, role, allowed, mark, now, report } = service;
  const { own, server } = credentials;
  const [nodes, store] = await Promise.all([lxd.nodes(), lxd.trustStore()]);
  const fail = (failure: Parameters<typeof outcomeOf>[0], hasChanged = false): Served => ({
    outcome: outcomeOf(failure, lxd.endpoint, credentials, now),
    hasChanged,
  });
  if (nodes.kind !== "done") return fail(nodes);
  if (store.kind !== "done") return fail(store);
  const may = await lxd.mayManage(own, store.value);
  if (may.kind !== "done") return fail(may);
  if (!may.value) return fail({ kind: "restricted", isIdentity: !store.value.has(own) });
  const told = seen.relations.map(({ published }) => published);
  const trusted = markOriginals(store.value, told, { mark, own });
  const rules = { trusted, mark, own, allowed, now };
  const known = await readWants(juju, role, seen, rules);
  // Only who has read every databag can tell what nobody may have.
  const claims = known.complete || seen.isWhole ? claim(known.relations, trusted, mark) : [];
  const steps = [...plan({ ...known, ...rules, revocable: seen.revocable }), ...claims];
  const { revocations = [], changes = [] } = Object.groupBy(
    steps,
    ({ kind }) => kind === "revoke" ? "revocations" : "changes",
  );

  const changed = await apply(lxd, role.mayChange ? changes : [], trusted, report);
  const excess = overreaching(changes, changed);
  const gone = [...revocations, ...excess];
  // What LXD was asked for again on the way bears the original charm's names once more.
  const held = markOriginals(changed.trusted, told, { mark, own });
  const facts = {
    nodes: nodes.value.nodes,
    isClustered: lxd.isClustered,
    addresses: lxd.addresses,
    server,
    trusted: without(held, gone.map(({ fingerprint }) => fingerprint)),
    refused: changed.refused,
    unnamed: changed.unnamed,
    mark,
  };
  // What LXD does not let us rename is not waited for.
  const adoptable = without(held, changed.unnamed);
  const publications = await Promise.all(known.relations.map(async (relation) => {
    const publication = publicationOf(relation, facts);
    const { rejected } = publication;
    const isPending = isAdoptionPending(relation, adoptable, mark);
    // Who does not lead waits for the leader, but not for ever: that one may not have been told it.
    if (isPending && (role.leads || !seen.complete)) {
      return { rejected, isWritten: false, relation };
    }
    const leader = role.leads ? role.application : undefined;
    const { renderPublication, isForApplication } = INTERFACES[relation.endpoint];
    const wanted = {
      databag: renderPublication(publication),
      isForApplication: isForApplication(relation.isAskedByApplication, publication),
    };
    const isWritten = await unlessRefused(publish(juju, leader, relation, wanted));
    return { rejected, isWritten, relation };
  }));
  const rejected = publications.map(({ rejected }) => rejected);
  const before = [...known.relations.map(({ published }) => published), ...seen.gone];
  await warn(
    juju,
    before.flatMap((published, index) => newRejections(published, rejected[index] ?? [])),
  );

  const mayRevoke = role.mayChange && !changed.failure;
  const unwritten = seen.isParting ? [] : publications
    .filter(({ isWritten }) => isWritten === undefined).map(({ relation }) => relation);
  const remaining = [...holdBack(revocations, unwritten, held, mark), ...excess];
  const revoked = await apply(lxd, mayRevoke ? remaining : [], changed.trusted, report);
  const hasChanged = changed.hasChanged || revoked.hasChanged ||
    publications.some(({ isWritten }) => isWritten);
  const failure = changed.failure ?? revoked.failure;
  if (failure) return fail(failure, hasChanged);
  const number = rejected.flat().length;
  const numberBefore = before.flatMap((published) => published.rejected).length;
  const outcome: Outcome = {
    kind: "active",
    version: lxd.version,
    nodes: nodes.value.nodes.length,
    isUpgrading: nodes.value.isUpgrading,
    certificates: count(revoked.trusted, mark),
    rejected: seen.isWhole
      ? number
      : number === numberBefore
      ? undefined
      : number + await rejectedElsewhere(juju, role.unit, [
        ...known.relations.map(({ relation }) => relation),
        relationGone(seen),
      ]),
  };
  return { outcome, hasChanged };
}

/** Counts our entries. */
function count(trusted: TrustStore, mark: Mark): number {
  const owners = [...trusted.values()].map((entry) => ownerOf(entry, mark));
  return owners.filter((owner) => owner && owner.kind !== "original").length;
}

/**
 * Counts what the relations that were not served had been told. The status is set at once, and the
 * databags only when the hook ends well, so the one may not be counted on from the other.
 */
async function rejectedElsewhere(
  juju: Juju,
  unit: string,
  served: readonly (string | undefined)[],
): Promise<number> {
  const others = (await readPublished(juju, unit))
    .filter(({ relation }) => !served.includes(relation));
  return others.flatMap(({ published }) => published.rejected).length;
}

/** What LXD would not restrict must not keep the access that its requirer no longer wants. */
function overreaching(changes: readonly Step[], { trusted, refused }: Applied): readonly Step[] {
  return changes.flatMap((step) => {
    const entry = trusted.get(step.fingerprint);
    if (step.kind !== "restrict" || !entry || !refused.has(step.fingerprint)) return [];
    if (isWithin(projectsOf(entry), step.projects)) return [];
    return [{ kind: "revoke", fingerprint: step.fingerprint, name: entry.name }];
  });
}

function without(trusted: TrustStore, gone: Iterable<Fingerprint>): TrustStore {
  const fingerprints = new Set(gone);
  return new Map([...trusted].filter(([fingerprint]) => !fingerprints.has(fingerprint)));
}

/** One warning for all that was rejected. */
async function warn(juju: Juju, rejected: readonly Rejection[]): Promise<void> {
  if (rejected.length === 0) return;
  const lines = rejected.map(({ unit, fingerprint, reason }) =>
    [unit, ...fingerprint ? [fingerprint] : [], reason].join(": ")
  );
  await juju.jujuLog("WARNING", `Rejected certificates: ${lines.join("; ")}`);
}
