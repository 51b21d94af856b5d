/**
 * The state of a model: the data that Juju's controller and unit agents hold.
 *
 * All types here are plain data. The modules beside this one read and change the data.
 *
 * @module
 */

import type { Charm, ConfigValue, Endpoint } from "../charm/charm.ts";
import type { JujuVersion } from "../charm/juju_version.ts";

/** Life of a unit, an application or a relation. */
export type Life = "alive" | "dying";

/** Content of a databag. */
export type Settings = Record<string, string>;

/** The answer of credential-get. The keys are those of its JSON. */
export interface CloudSpec {
  /** Type of the cloud: `lxd`. */
  readonly type: string;
  /** Name of the cloud. */
  readonly name: string;
  /** Region of the model. */
  readonly region?: string;
  /** URL of the cloud's API. */
  readonly endpoint?: string;
  /** URL of the cloud's identity service. */
  readonly "identity-endpoint"?: string;
  /** URL of the cloud's storage service. */
  readonly "storage-endpoint"?: string;
  /** Credential for the cloud. */
  readonly credential?: {
    readonly "auth-type": string;
    readonly attrs?: Readonly<Record<string, string>>;
  };
  /** Authorities to trust, as PEM. */
  readonly cacertificates?: readonly string[];
  /** Whether clients need not verify the certificate of the API. */
  readonly "skip-tls-verify"?: boolean;
  /** Whether the controller runs in this cloud. */
  readonly "is-controller-cloud"?: boolean;
}

/** Status of a workload, an agent, an application or a relation. */
export interface Status {
  readonly status: string;
  readonly message: string;
  readonly since: Date;
}

/** A line that juju-log wrote. */
export interface LogLine {
  /** Name of the unit. */
  readonly unit: string;
  /** Level: `INFO`. */
  readonly level: string;
  /** The message. A relation hook adds the id of its relation in front. */
  readonly message: string;
}

/** A databag, with its version. Juju compares versions to detect changes. */
export interface Bag {
  settings: Settings;
  version: number;
}

/** A relation. A dying relation exists until its last unit leaves the scope. */
export interface Relation {
  readonly id: number;
  readonly ends: readonly RelationEnd[];
  life: Life;
  /** Units in scope. */
  readonly scope: Set<string>;
  /** Units in scope that the remote units no longer see. */
  readonly departing: Set<string>;
  /** `joined` once a leader entered the scope, `joining` before. */
  status: Status;
  /** Databags by unit. Juju keeps the databag of a unit that left until the relation ends. */
  readonly unitBags: Map<string, Bag>;
  /** Databags by application. */
  readonly appBags: Map<string, Bag>;
}

/** An end of a relation. A peer relation has one end, other relations have two. */
export interface RelationEnd {
  readonly application: string;
  readonly endpoint: Endpoint;
}

/** The agent's record of one relation of its unit (UNITER/relation/state.go). */
export interface UnitRelation {
  /** Whether the -created hook ran. */
  created: boolean;
  /** Units that joined, with the databag version of the last hook about each. */
  readonly members: Map<string, number>;
  /** Remote applications, with the databag version of the last hook about each. */
  readonly applicationMembers: Map<string, number>;
  /** The unit whose -joined hook ran and whose -changed hook comes next. */
  changedPending: string | undefined;
  /** Databags of members, cached across hooks (CTX/cache.go). */
  readonly cache: Map<string, Settings>;
  /** Whether the operator resolved a failed hook of a forced relation. No hook follows then. */
  resolved: boolean;
}

/** The secret of a secret-changed hook. */
export interface SecretInfo {
  readonly id: string;
  readonly revision: number;
  /** The label that the consumer gave to the secret; may be empty. */
  readonly label: string;
}

/** A hook to run. A failed hook runs again with the same data. */
export interface HookInfo {
  /** File name in `hooks/`: `install`, `api-relation-changed`. */
  readonly hook: string;
  /** Kind without the endpoint: `install`, `relation-changed`. */
  readonly kind: string;
  readonly relationId?: number;
  /** Absent in -created, in -broken, and in a -changed about an application. */
  readonly remoteUnit?: string;
  readonly remoteApplication?: string;
  /** The unit that leaves; only in -departed. It may be the unit that runs the hook. */
  readonly departingUnit?: string;
  /** Version of the databag that the hook reports. */
  readonly changeVersion?: number;
  readonly secret?: SecretInfo;
}

/** A unit, with the data that its agent persists. */
export interface Unit {
  readonly name: string;
  readonly application: string;
  readonly machine: string;
  /** Base of the machine; undefined if the charm named none. */
  readonly base: string | undefined;
  readonly address: string;
  /** Directory of the agent; undefined for a unit without a charm. */
  readonly agentDir: string | undefined;
  life: Life;
  installed: boolean;
  started: boolean;
  stopped: boolean;
  /** Whether the unit has left the model. */
  removed: boolean;
  /** Whether the agent believes that its unit leads. The lease may be lost already. */
  leader: boolean;
  leaderSettingsSeen: boolean;
  /** Fingerprint of the last config-changed that took effect. See configHash(). */
  configHash: string | undefined;
  /** Whether config-changed runs a second time, as Juju 4.0 does after every change. */
  configAgain: boolean;
  charmRevision: number;
  /** The hook that runs before all others. */
  queued: HookInfo | undefined;
  /** The hook that failed and runs again. */
  failed: HookInfo | undefined;
  /** Whether update-status is due. */
  updateStatus: boolean;
  /** Status of the workload. */
  status: Status;
  /** Whether a successful hook has set the status. */
  statusSet: boolean;
  agentStatus: Status;
  /** The values of state-set. */
  charmState: Map<string, string>;
  /** Relations that the unit entered, by relation id. */
  readonly relations: Map<number, UnitRelation>;
  readonly ports: Set<string>;
  /** Latest revision of each consumed secret that a hook reported to the charm. */
  readonly secretsSeen: Map<string, number>;
}

/** An application. The test controls the units of an application without a charm. */
export interface Application {
  readonly name: string;
  charm: Charm | undefined;
  /** Base of new units; undefined if the charm names none. */
  base: string | undefined;
  /** Number of refreshes so far. */
  charmRevision: number;
  endpoints: ReadonlyMap<string, Endpoint>;
  /** Options that the operator set. All others have their default. */
  readonly config: Map<string, ConfigValue>;
  trust: boolean;
  life: Life;
  readonly units: Map<string, Unit>;
  nextUnit: number;
  /** Name of the unit that holds the lease. */
  leader: string | undefined;
  /** The status that the leader set. Without one, Juju derives it from the units. */
  status: Status | undefined;
  /**
   * The versions that units set, by name of the unit: the last one that was set, or the last new unit,
   * at the end. A new unit has an empty one.
   */
  readonly versions: Map<string, string>;
  /** The version that any unit set last. */
  version: string;
}

/** The owner of a secret: the model's user, an application, or a unit. */
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
  /** Applications and units that may read the secret, with the relation of each grant. */
  readonly grants: Map<string, number | undefined>;
  /** By unit: the revision that the unit tracks, and its label for the secret. */
  readonly consumers: Map<string, { revision: number; label: string }>;
}

/** The whole model. */
export interface ModelState {
  readonly name: string;
  readonly uuid: string;
  readonly jujuVersion: JujuVersion;
  /** The model's directory. It contains the agents' directories. */
  readonly root: string;
  readonly legacyProxy: Readonly<Record<string, string>>;
  /** PATH of hooks, without the tools' directory. */
  readonly path: string;
  /** Whether relation-get follows Juju's documents or Juju's code. */
  readonly reads: "documented" | "coded";
  cloud: CloudSpec | undefined;
  readonly applications: Map<string, Application>;
  readonly relations: Map<number, Relation>;
  /** Relations that were removed by force and that agents still know, by id. */
  readonly forcedRelations: Map<number, Relation>;
  readonly secrets: Map<string, Secret>;
  readonly log: LogLine[];
  nextRelation: number;
  nextMachine: number;
  nextOperation: number;
  nextSecret: number;
}
