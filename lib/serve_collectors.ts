/**
 * Serves collectors of logs and metrics: publishes alerts and dashboards to them, and lets them read LXD's
 * metrics, each with a key of its own. Only the leader's collector gets the key, so that each metric is read
 * once. As with requirers, LXD trusts a certificate before it is published, and the former one goes last.
 *
 * @module
 */
import { isTaken, keyFor } from "./credential/metrics_key.ts";
import type { KeyPair } from "./credential/self_signed.ts";
import { serverName } from "./credential/server_name.ts";
import type { Context } from "./juju/context.ts";
import type { HookEvent } from "./juju/event.ts";
import type { Observation } from "./juju/observe.ts";
import { unlessRefused } from "./juju/refusal.ts";
import { apply, type Target } from "./lxd/apply.ts";
import { isEnd } from "./lxd/apply_changes.ts";
import type { RequestFailure } from "./lxd/request.ts";
import {
  COLLECTORS,
  COS_AGENT_KEY,
  parseJobs,
  renderCosAgent,
  renderJobs,
  type ScrapeJob,
  type Topology,
} from "./relation/cos_agent.ts";
import type { Certificate } from "./requirer/certificate.ts";
import type { Databag } from "./requirer/databag.ts";
import type { Mark } from "./trust/owner.ts";
import { type GoneCollectors, mayRead, planMetrics } from "./trust/plan_metrics.ts";
import type { Projects } from "./trust/projects.ts";
import type { Step } from "./trust/step.ts";
import { collectorOf, type TrustStore } from "./trust/trust_store.ts";
import type { Node } from "./trust/want.ts";

/** The hook that serves collectors. */
export interface Server extends Pick<Context, "juju" | "unit" | "application"> {
  /** The mark of our entries. */
  readonly mark: Mark;
  /** Current time. */
  readonly now: Date;
  /** Reads where this unit is in Juju. */
  readonly topology: () => Topology;
}

/** LXD, entered by a unit that may change its trust store. */
export interface Ground {
  /** Where to take steps. */
  readonly target: Target;
  /** LXD's trust store. */
  readonly trustStore: TrustStore;
  /** The projects that the operator allows. */
  readonly allowed: Projects;
  /** LXD's members. */
  readonly nodes: readonly Node[];
  /** The certificate that each of them presents. */
  readonly server: Certificate;
}

/** What the hook knows. */
export interface Serving {
  /** The event. */
  readonly event: HookEvent;
  /** Whose entries may be revoked, as for requirers. */
  readonly seen: Pick<Observation, "revocable">;
  /** Whether this unit leads. */
  readonly isLeader: boolean;
  /** LXD; undefined if it cannot be used, or this unit may not change it. */
  readonly ground: Ground | undefined;
}

/** What came of it. */
export interface MetricsServed {
  /** Whether LXD's trust store or a databag was changed. */
  readonly hasChanged: boolean;
  /** Why LXD does not let collectors in. @default {it does} */
  readonly failure?: RequestFailure | undefined;
}

/** The relation to a collector, with this unit's databag of it. */
interface Collector {
  readonly relation: string;
  readonly databag: Databag;
}

/** A collector, and the key that it gets. */
interface Keyed extends Collector {
  readonly pair: KeyPair;
}

interface Scope {
  readonly collectors: readonly Collector[];
  readonly gone: GoneCollectors;
}

const UNCHANGED: MetricsServed = { hasChanged: false };

/** Serves the collectors that an event is about. */
export async function serveCollectors(server: Server, serving: Serving): Promise<MetricsServed> {
  const scope = await scopeOf(server, serving);
  if (!scope) return UNCHANGED;
  const { ground, isLeader } = serving;
  if (ground) return await serveMetrics(server, scope, { ground, isLeader });
  // Without LXD, the leader's collector keeps what it has.
  return await publishEach(server, scope.collectors, isLeader ? undefined : () => []);
}

/** Lets the collectors of the leader read LXD's metrics, and takes that from those which are gone. */
async function serveMetrics(
  server: Server,
  { collectors, gone }: Scope,
  { ground, isLeader }: { readonly ground: Ground; readonly isLeader: boolean },
): Promise<MetricsServed> {
  const { mark, now } = server;
  const { allowed, trustStore, target } = ground;
  const keyed = isLeader ? collectors.map((one) => withKey(server, one, trustStore)) : [];
  const wants = keyed.map(({ relation, pair }) => ({
    relation,
    certificate: pair.certificate,
    isTaken: isTaken(pair, now),
  }));
  const steps = planMetrics({ wants, gone, trustStore, allowed, mark });
  const changes = steps.filter(({ kind }) => kind !== "revoke");
  const applied = await apply(changes, trustStore, target);
  const published = await publishEach(server, keyed, ({ pair: { certificate, key } }) => {
    if (!mayRead(certificate.fingerprint, applied.trustStore, mark)) return undefined;
    const metrics = { ...metricsOf(ground), certificate: certificate.pem, key };
    return renderJobs(server.topology(), metrics);
  });
  const revocations = [
    ...steps.filter(({ kind }) => kind === "revoke"),
    ...withdrawals(changes, keyed, published.refused),
  ];
  const revoked = isEnd(applied)
    ? { hasChanged: false, failure: undefined }
    : await apply(revocations, applied.trustStore, target);
  const [refused] = applied.refused.values();
  return {
    hasChanged: [applied, published, revoked].some((one) => one.hasChanged),
    failure: applied.failure ?? revoked.failure ?? (refused && refusalOf(refused.reason)),
  };
}

/** Revokes what was added for collectors that Juju refuses to tell of it: nobody keeps their keys. */
function withdrawals(
  changes: readonly Step[],
  keyed: readonly Keyed[],
  refused: ReadonlySet<string>,
): readonly Step[] {
  const lost = new Set(
    keyed.filter(({ relation }) => refused.has(relation))
      .map(({ pair: { certificate } }) => certificate.fingerprint),
  );
  return changes.flatMap((step) => {
    if (step.kind !== "add" || !lost.has(step.fingerprint)) return [];
    const { fingerprint, name } = step;
    return [{ kind: "revoke", fingerprint, name }];
  });
}

/** Finds the collectors to serve, and those that are gone. Undefined if the event is about none. */
async function scopeOf(server: Server, serving: Serving): Promise<Scope | undefined> {
  const { event, seen: { revocable }, isLeader, ground } = serving;
  switch (event.kind) {
    case "collector":
      return { collectors: await readEach(server, [event.relation]), gone: { kind: "none" } };
    case "no-collector":
      if (revocable.kind !== "relation") return undefined;
      return { collectors: [], gone: { kind: "relation", relation: event.relation } };
    case "stop":
      if (revocable.kind !== "all") return undefined;
      return { collectors: [], gone: { kind: "absent", relations: new Set() } };
    case "everything": {
      const ids = await server.juju.relationIds(COLLECTORS);
      const isServed = isLeader && ground;
      const relations = new Set(ids);
      // A unit that is being removed no longer sees the relations that go on without it.
      const gone: GoneCollectors = isServed && revocable.kind !== "none"
        ? { kind: "absent", relations }
        : { kind: "none" };
      return { collectors: await readEach(server, ids), gone };
    }
    default:
      return undefined;
  }
}

/** Reads this unit's databags. Juju refuses to show that of a relation which the unit has yet to enter. */
async function readEach(
  { juju, unit }: Server,
  relations: readonly string[],
): Promise<readonly Collector[]> {
  const read = await Promise.all(relations.map(async (relation) => {
    const databag = await unlessRefused(juju.relationGet(relation, unit));
    return databag && { relation, databag };
  }));
  return read.filter((one) => one !== undefined);
}

/** Finds the key of a collector. One that somebody registered for another purpose is replaced. */
function withKey(
  { application, now, mark }: Server,
  collector: Collector,
  trustStore: TrustStore,
): Keyed {
  const terms = { commonName: application, now };
  const [job] = parseJobs(collector.databag);
  const texts = job && { certificate: job.tls_config.cert, key: job.tls_config.key };
  const pair = keyFor(texts, terms);
  const entry = trustStore.get(pair.certificate.fingerprint);
  const isOther = entry && collectorOf(entry, mark) !== collector.relation;
  return { ...collector, pair: isOther ? keyFor(undefined, terms) : pair };
}

function metricsOf({ nodes, server, allowed }: Ground) {
  return { nodes, server: server.pem, serverName: serverName(server), projects: allowed };
}

/**
 * Publishes to each collector.
 *
 * @param jobsFor Makes the jobs; undefined for those in the databag.
 */
async function publishEach<T extends Collector>(
  server: Server,
  collectors: readonly T[],
  jobsFor: (collector: T) => readonly ScrapeJob[] | undefined = () => undefined,
): Promise<{ readonly hasChanged: boolean; readonly refused: ReadonlySet<string> }> {
  const refused = new Set<string>();
  const changed = await Promise.all(collectors.map(async (collector) => {
    const { relation, databag } = collector;
    const jobs = jobsFor(collector) ?? parseJobs(databag);
    const wanted = renderCosAgent(server.topology(), jobs);
    if (wanted[COS_AGENT_KEY] === databag[COS_AGENT_KEY]) return false;
    const written = server.juju.relationSet(relation, wanted, "unit").then(() => true);
    const isWritten = await unlessRefused(written) ?? false;
    if (!isWritten) refused.add(relation);
    return isWritten;
  }));
  return { hasChanged: changed.some((one) => one), refused };
}

function refusalOf(message: string): RequestFailure {
  return { kind: "refused", status: 400, message, action: "to let collectors read metrics" };
}
