/**
 * What every hook does: observe, plan, apply, publish.
 *
 * @module
 */
import { type Applied, apply } from "./apply.ts";
import type { Fingerprint } from "./certificate.ts";
import { type Credentials, findCredentials } from "./credentials.ts";
import type { Juju } from "./juju.ts";
import type { Entrance, Lxd } from "./lxd.ts";
import { knownEndpoints, type Observation, observe, publishedEverywhere } from "./observe.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Mark } from "./owner.ts";
import { ownerOf, plan } from "./plan.ts";
import { newRejections, publicationOf } from "./publication.ts";
import { publish } from "./publish.ts";
import { type Rejection, renderPublication } from "./relation.ts";
import type { Scope } from "./scope.ts";
import type { Step } from "./step.ts";
import { survey } from "./survey.ts";
import { type TrustStore, within } from "./trust_store.ts";

/** Everything that a hook deals with. */
export interface World {
  /** The hook tools. */
  readonly juju: Juju;
  /** Enters LXD by the credential's endpoint, or else by a member known from before. */
  readonly enter: (
    credentials: Credentials,
    known: () => Promise<readonly string[]>,
  ) => Promise<Entrance>;
  /** Name of our application. */
  readonly application: string;
  /** Name of our unit. */
  readonly unit: string;
  /** The name of our entries. */
  readonly mark: Mark;
  /** The present. */
  readonly now: Date;
  /** Is told of each change made to LXD's trust store. */
  readonly report: (change: string) => void;
}

/**
 * Makes LXD's trust store and the relations what they should be, as far as an event is concerned.
 *
 * @param world Juju and LXD.
 * @param scope What the event is about.
 * @returns How it ended; undefined where this unit had nothing to do.
 */
export async function reconcile(world: World, scope: Scope): Promise<Outcome | undefined> {
  const { juju, unit } = world;
  if (scope.kind === "leaving") return undefined;
  const [config, cloud, leads, seen] = await Promise.all([
    juju.configGet(),
    juju.credentialGet(),
    juju.isLeader(),
    observe(juju, unit, scope),
  ]);
  if (seen.relations.length === 0 && seen.revocable.kind === "none") return undefined;
  const found = findCredentials(config, cloud);
  if (found.kind !== "complete") return found;
  const known = () => knownEndpoints(juju, unit, seen);
  const entrance = await world.enter(found.credentials, known);
  if (entrance.kind === "entered") {
    return await serve(world, entrance.lxd, found.credentials, seen, leads);
  }
  return outcomeOf(entrance.ending, entrance.endpoint, found.credentials, world.now);
}

async function serve(
  world: World,
  lxd: Lxd,
  credentials: Credentials,
  seen: Observation,
  leads: boolean,
): Promise<Outcome> {
  const { juju, application, unit, mark, now, report } = world;
  const { own, server } = credentials;
  const [nodes, store] = await Promise.all([lxd.nodes(), lxd.trustStore()]);
  if (nodes.kind !== "done") return outcomeOf(nodes, lxd.endpoint, credentials, now);
  if (store.kind !== "done") return outcomeOf(store, lxd.endpoint, credentials, now);
  const trusted = store.value;
  // Without leadership nothing is changed; what is true is published all the same.
  const mayChange = leads || seen.isLast;
  const known = await survey(juju, unit, seen, { trusted, mark, own, now }, mayChange);
  const steps = plan({ ...known, trusted, revocable: seen.revocable, mark, own });
  const { revocations = [], changes = [] } = Object.groupBy(
    steps,
    ({ kind }) => kind === "revoke" ? "revocations" : "changes",
  );

  const changed = await apply(lxd, mayChange ? changes : [], trusted, report);
  const gone = [...revocations, ...overreaching(changes, changed)];
  const facts = {
    nodes: nodes.value,
    server,
    trusted: without(changed.trusted, gone),
    refused: changed.refused,
    mark,
  };
  const rejected = await Promise.all(known.relations.map(async (relation) => {
    const publication = publicationOf(relation, facts);
    const leader = leads ? application : undefined;
    await publish(juju, leader, relation, renderPublication(publication));
    return publication.rejected;
  }));
  const before = [...known.relations.map(({ published }) => published), ...seen.gone];
  await warn(
    juju,
    before.flatMap((published, index) => newRejections(published, rejected[index] ?? [])),
  );

  const mayRevoke = mayChange && !changed.failure;
  const revoked = await apply(lxd, mayRevoke ? gone : [], changed.trusted, report);
  const failure = changed.failure ?? revoked.failure;
  if (failure) return outcomeOf(failure, lxd.endpoint, credentials, now);
  const number = rejected.flat().length;
  const numberBefore = before.flatMap((published) => published.rejected).length;
  return {
    kind: "active",
    version: lxd.version,
    nodes: nodes.value.length,
    certificates: [...revoked.trusted.values()].filter((entry) => ownerOf(entry, mark))
      .length,
    rejected: seen.isWhole
      ? number
      : number === numberBefore
      ? undefined
      : number + await rejectedElsewhere(world, known.relations),
  };
}

/**
 * Counts what the relations that were not served had been told. The status is set at once, and the
 * databags only when the hook ends well, so the one may not be counted on from the other.
 */
async function rejectedElsewhere(
  { juju, unit }: World,
  served: readonly { readonly relation: string }[],
): Promise<number> {
  const known = new Set(served.map(({ relation }) => relation));
  const others = (await publishedEverywhere(juju, unit))
    .filter(({ relation }) => !known.has(relation));
  return others.flatMap(({ published }) => published.rejected).length;
}

/** What LXD would not restrict must not keep the access that its requirer no longer wants. */
function overreaching(changes: readonly Step[], { trusted, refused }: Applied): readonly Step[] {
  return changes.flatMap((step) => {
    const entry = trusted.get(step.fingerprint);
    if (step.kind !== "restrict" || !entry || !refused.has(step.fingerprint)) return [];
    if (within(entry, step.projects)) return [];
    return [{ kind: "revoke", fingerprint: step.fingerprint, name: entry.name }];
  });
}

function without(
  trusted: TrustStore,
  gone: readonly { readonly fingerprint: Fingerprint }[],
): TrustStore {
  const fingerprints = new Set(gone.map(({ fingerprint }) => fingerprint));
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
