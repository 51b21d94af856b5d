/**
 * The state of a model: what Juju's controller and unit agents would hold.
 *
 * Everything here is plain data. Modules beside it read and change it.
 *
 * @module
 */

import type { Charm } from "./charm.ts";

/** Life of a unit, an application or a relation. */
export type Life = "alive" | "dying";

/** Role of an endpoint. */
export type Role = "provides" | "requires" | "peer";

/** Versions of Juju whose behaviour is known. */
export type JujuVersion = "3.6.28" | "4.0.15";

/** Content of a databag. */
export type Settings = Record<string, string>;

/** What credential-get prints. Keys are those of its JSON. */
export interface CloudSpec {
  readonly type: string;
  readonly name: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly "identity-endpoint"?: string;
  readonly "storage-endpoint"?: string;
  readonly credential?: {
    readonly "auth-type": string;
    readonly attrs?: Readonly<Record<string, string>>;
  };
  readonly cacertificates?: readonly string[];
  readonly "skip-tls-verify"?: boolean;
  readonly "is-controller-cloud"?: boolean;
}

/** An endpoint of an application. */
export interface Endpoint {
  readonly name: string;
  readonly role: Role;
  readonly interface: string;
}

/** Workload or application status. */
export interface Status {
  readonly status: string;
  readonly message: string;
  readonly since: Date;
}

/** One line written by juju-log. */
export interface LogLine {
  readonly unit: string;
  readonly level: string;
  readonly message: string;
}

/** A databag with the version that change detection compares. */
export interface Bag {
  settings: Settings;
  version: number;
}

/** A relation, or its remains until every unit has left it. */
export interface Relation {
  readonly id: number;
  readonly ends: readonly RelationEnd[];
  life: Life;
  /** Units that entered scope and have not left it. */
  readonly scope: Set<string>;
  /** Units in scope that the other side already sees as gone. */
  readonly departing: Set<string>;
  /** Kept after a unit left, as Juju keeps them until the relation goes. */
  readonly unitBags: Map<string, Bag>;
  readonly appBags: Map<string, Bag>;
}

/** One side of a relation; a peer relation has only one. */
export interface RelationEnd {
  readonly application: string;
  readonly endpoint: Endpoint;
}

/** What a unit's agent persists about one relation (UNITER/relation/state.go). */
export interface UnitRelation {
  created: boolean;
  readonly members: Map<string, number>;
  readonly applicationMembers: Map<string, number>;
  changedPending: string | undefined;
  /** Settings cached across hooks, for members only (CTX/cache.go). */
  readonly cache: Map<string, Settings>;
}

/** A hook to run. The same one is replayed after a failure. */
export interface HookInfo {
  /** Name as in `hooks/`: `install`, `api-relation-changed`. */
  readonly hook: string;
  /** Kind without the endpoint: `install`, `relation-changed`. */
  readonly kind: string;
  readonly relationId?: number;
  readonly remoteUnit?: string;
  readonly remoteApplication?: string;
  readonly departingUnit?: string;
  readonly changeVersion?: number;
  readonly secretId?: string;
}

/** A unit, with what its agent would persist. */
export interface Unit {
  readonly name: string;
  readonly application: string;
  readonly machine: string;
  readonly address: string;
  /** Directory of the agent; absent for units that are driven by hand. */
  readonly agentDir: string | undefined;
  life: Life;
  installed: boolean;
  started: boolean;
  stopped: boolean;
  removed: boolean;
  leader: boolean;
  leaderSettingsSeen: boolean;
  configHash: string | undefined;
  charmRevision: number;
  queued: HookInfo | undefined;
  failed: HookInfo | undefined;
  updateStatus: boolean;
  status: Status;
  statusSet: boolean;
  agentStatus: Status;
  charmState: Map<string, string>;
  readonly relations: Map<number, UnitRelation>;
  ports: Set<string>;
  /** Latest revision of each consumed secret that the charm was told of. */
  readonly secretsSeen: Map<string, number>;
}

/** An application, with a charm or driven by hand. */
export interface Application {
  readonly name: string;
  charm: Charm | undefined;
  charmRevision: number;
  endpoints: ReadonlyMap<string, Endpoint>;
  readonly config: Map<string, ConfigValue>;
  trust: boolean;
  life: Life;
  readonly units: Map<string, Unit>;
  nextUnit: number;
  leader: string | undefined;
  status: Status;
  version: string;
}

/** Value of a configuration option. */
export type ConfigValue = string | number | boolean;

/** Who owns a secret: the model's user, an application, or a unit. */
export interface SecretOwner {
  readonly kind: "model" | "application" | "unit";
  readonly id: string;
}

/** A secret of the user or of a charm. */
export interface Secret {
  readonly id: string;
  readonly name: string;
  readonly owner: SecretOwner;
  label: string;
  description: string;
  rotate: string;
  latest: number;
  readonly revisions: Map<number, Settings>;
  /** Applications or units that may read it, with the relation of the grant. */
  readonly grants: Map<string, number | undefined>;
  /** Per unit: revision that it tracks, and its own label. */
  readonly consumers: Map<string, { revision: number; label: string }>;
}

/** The whole model. */
export interface ModelState {
  readonly name: string;
  readonly uuid: string;
  readonly jujuVersion: JujuVersion;
  readonly legacyProxy: Readonly<Record<string, string>>;
  /** PATH of the agent, behind the tools' directory. */
  readonly path: string;
  /** Whether relation-get follows the documented rules, or the code's. */
  readonly reads: "documented" | "coded";
  cloud: CloudSpec | undefined;
  readonly applications: Map<string, Application>;
  readonly relations: Map<number, Relation>;
  readonly secrets: Map<string, Secret>;
  readonly log: LogLine[];
  nextRelation: number;
  nextMachine: number;
  nextOperation: number;
  nextSecret: number;
}

/** Name of the application that a unit belongs to. */
export function applicationOf(unit: string): string {
  return unit.slice(0, unit.lastIndexOf("/"));
}

/** Finds an application, or throws. */
export function getApplication(model: ModelState, name: string): Application {
  const application = model.applications.get(name);
  if (application) return application;
  throw new Error(`Cannot find application "${name}": it is not in the model`);
}

/** Finds a unit, or throws. */
export function getUnit(model: ModelState, name: string): Unit {
  const unit = findUnit(model, name);
  if (unit) return unit;
  throw new Error(`Cannot find unit "${name}": it is not in the model`);
}

/** Finds a unit that may be gone. */
export function findUnit(model: ModelState, name: string): Unit | undefined {
  return model.applications.get(applicationOf(name))?.units.get(name);
}

/** All units, in the order of their deployment. */
export function allUnits(model: ModelState): readonly Unit[] {
  return [...model.applications.values()].flatMap((a) => [...a.units.values()]);
}

/** Whether the relation is a peer relation. */
export function isPeer(relation: Relation): boolean {
  return relation.ends.length === 1;
}

/** The end of a relation that an application has, if any. */
export function endOf(
  relation: Relation,
  application: string,
): RelationEnd | undefined {
  return relation.ends.find((end) => end.application === application);
}

/** The end on the other side; the same one in a peer relation. */
export function remoteEnd(
  relation: Relation,
  application: string,
): RelationEnd | undefined {
  return isPeer(relation)
    ? relation.ends[0]
    : relation.ends.find((end) => end.application !== application);
}

/** Compares as Go's sort.Strings does for our names. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
