/**
 * The state of a model: what Juju's controller and unit agents would hold.
 *
 * Everything here is plain data. Modules beside it read and change it.
 *
 * @module
 */

import type { Charm, ConfigValue, Endpoint } from "../charm/charm.ts";
import type { JujuVersion } from "../charm/juju_version.ts";

/** Life of a unit, an application or a relation. */
export type Life = "alive" | "dying";

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
  /** Whether a leader entered the scope already: `joining` or `joined`. */
  status: Status;
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
  /** Whether -created ran. */
  created: boolean;
  /** Units that joined, with the version of the databag that was told of. */
  readonly members: Map<string, number>;
  /** The same for applications. */
  readonly applicationMembers: Map<string, number>;
  /** Unit whose -changed must follow its -joined. */
  changedPending: string | undefined;
  /** Settings cached across hooks, for members only (CTX/cache.go). */
  readonly cache: Map<string, Settings>;
  /** Whether a hook of it was given up after it was removed by force: then none follows. */
  leftover: boolean;
}

/** What a secret-changed hook is about. */
export interface SecretInfo {
  readonly id: string;
  readonly revision: number;
  /** The consumer's own; may be empty. */
  readonly label: string;
}

/** A hook to run. The same one is replayed after a failure. */
export interface HookInfo {
  /** Name as in `hooks/`: `install`, `api-relation-changed`. */
  readonly hook: string;
  /** Kind without the endpoint: `install`, `relation-changed`. */
  readonly kind: string;
  readonly relationId?: number;
  /** Absent in -created, -broken, and the -changed of an application. */
  readonly remoteUnit?: string;
  readonly remoteApplication?: string;
  /** Only in -departed: who leaves. It may be the unit itself. */
  readonly departingUnit?: string;
  /** Version of the databag that the hook is about. */
  readonly changeVersion?: number;
  readonly secret?: SecretInfo;
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
  /** Whether the model has it no longer. */
  removed: boolean;
  /** Whether the agent accepted the leadership; it may be lost by now. */
  leader: boolean;
  leaderSettingsSeen: boolean;
  /** What the last committed config-changed was about. */
  configHash: string | undefined;
  /** Whether config-changed runs once more, as in 4.0 after every change. */
  configAgain: boolean;
  charmRevision: number;
  /** A hook that comes before all others. */
  queued: HookInfo | undefined;
  /** The hook that failed last, and is to be replayed. */
  failed: HookInfo | undefined;
  /** Whether update-status is due. */
  updateStatus: boolean;
  /** Status of the workload. */
  status: Status;
  /** Whether a hook that ended well had set the status. */
  statusSet: boolean;
  agentStatus: Status;
  /** Of state-set. */
  charmState: Map<string, string>;
  /** Relations that the unit entered, by their ids. */
  readonly relations: Map<number, UnitRelation>;
  readonly ports: Set<string>;
  /** Latest revision of each consumed secret that the charm was told of. */
  readonly secretsSeen: Map<string, number>;
}

/** An application, with a charm or driven by hand. */
export interface Application {
  readonly name: string;
  charm: Charm | undefined;
  /** Counts refreshes. */
  charmRevision: number;
  endpoints: ReadonlyMap<string, Endpoint>;
  /** Options that were set; the others have their default. */
  readonly config: Map<string, ConfigValue>;
  trust: boolean;
  life: Life;
  readonly units: Map<string, Unit>;
  nextUnit: number;
  /** Name of the unit that holds the lease. */
  leader: string | undefined;
  /** Set by the leader; else it follows from the units. */
  status: Status | undefined;
  /** Of application-version-set. */
  version: string;
}

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
  /** Number of the latest revision; the first is 1. */
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
  /** Directory of the model, below which agents have theirs. */
  readonly root: string;
  readonly legacyProxy: Readonly<Record<string, string>>;
  /** PATH of the agent, behind the tools' directory. */
  readonly path: string;
  /** Whether relation-get follows the documented rules, or the code's. */
  readonly reads: "documented" | "coded";
  cloud: CloudSpec | undefined;
  readonly applications: Map<string, Application>;
  readonly relations: Map<number, Relation>;
  /** Relations that were removed by force, which agents still know. */
  readonly ghosts: Map<number, Relation>;
  readonly secrets: Map<string, Secret>;
  readonly log: LogLine[];
  nextRelation: number;
  nextMachine: number;
  nextOperation: number;
  nextSecret: number;
}
