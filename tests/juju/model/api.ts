/**
 * The interface of a model, for tests.
 *
 * @module
 */

import type { Faults } from "../agent/faults.ts";
import type { HookRun } from "../agent/hook_run.ts";
import type { Runner } from "../agent/runner.ts";
import type { ConfigValue, Role } from "../charm/charm.ts";
import type { JujuVersion } from "../charm/juju_version.ts";
import type { RemoveOptions } from "../state/relations.ts";
import type { CloudSpec, LogLine, Settings } from "../state/state.ts";

/** How a model is made. */
export interface ModelOptions {
  /** @default {"test"} */
  readonly name?: string;
  /** @default a random one */
  readonly uuid?: string;
  /** What credential-get prints to trusted applications. */
  readonly cloud?: CloudSpec;
  /** Whose behaviour the model has. @default {"4.0.15"} */
  readonly jujuVersion?: JujuVersion;
  /** Variables of the legacy proxy settings, such as `http_proxy`. */
  readonly legacyProxy?: Readonly<Record<string, string>>;
  /**
   * Whether relation-get allows what Juju's documents allow, or what its code
   * does.
   *
   * @default {"documented"} before 4.0, {"coded"} from then on: it was seen there
   */
  readonly reads?: "documented" | "coded";
  /** PATH of the agent. @default that of a machine agent */
  readonly path?: string;
  /** Runs hooks. @default {runProcess} */
  readonly run?: Runner;
  /** Chooses which of several possible hooks is next. @default the first */
  readonly pick?: (candidates: readonly PendingHook[]) => number;
}

/** A hook that could be run next. */
export interface PendingHook {
  readonly unit: string;
  readonly hook: string;
  /** Number of the relation that it is about. */
  readonly relation?: number;
  readonly remoteUnit?: string;
}

/** How an application is deployed. */
export interface DeployOptions {
  /** Name of the application. @default the charm's name */
  readonly name?: string;
  /** @default {1} */
  readonly units?: number;
  /** Options that differ from the charm's defaults. */
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** Whether credential-get is allowed. @default {false} */
  readonly trust?: boolean;
}

/** An application that the test drives by hand. */
export interface ApplicationOptions {
  /** @default {1} */
  readonly units?: number;
  /** Role and interface of each endpoint, by its name. */
  readonly endpoints: Readonly<
    Record<string, { readonly role: Role; readonly interface: string }>
  >;
}

/** A relation, for tests to read and write. */
export interface RelationHandle {
  /** Number of the relation in the model. */
  readonly id: string;
  /** Whether the model still has it. */
  readonly exists: () => boolean;
  /** Writes a unit's databag; undefined or "" deletes a key. */
  readonly write: (unit: string, changes: Changes) => void;
  /** Writes an application's databag. */
  readonly writeApp: (application: string, changes: Changes) => void;
  /** A copy of a unit's databag; of a unit that left, too. */
  readonly read: (unit: string) => Settings;
  /** A copy of an application's databag. */
  readonly readApp: (application: string) => Settings;
  /** Units in scope, of both sides. */
  readonly units: () => readonly string[];
}

/** Keys to set, or to delete if undefined or empty. */
export type Changes = Readonly<Record<string, string | undefined>>;

/** How long hooks are run. */
export interface SettleOptions {
  /** How often a failed hook is replayed before that is an error. @default {0} */
  readonly replays?: number;
  /** Bound on the number of hooks. @default {1000} */
  readonly maxHooks?: number;
}

/** What an action gave. */
export interface ActionResult {
  readonly status: "completed" | "failed";
  /** Why it failed; empty if it did not. */
  readonly message: string;
  /** Of action-set, with the return code and output that Juju adds. */
  readonly results: Readonly<Record<string, unknown>>;
  /** Of action-log. */
  readonly log: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
}

/** Status as `juju status` shows it. */
export interface ShownStatus {
  readonly status: string;
  readonly message: string;
}

/** A model. Names of things are those of Juju's client. */
export interface Model extends AsyncDisposable {
  readonly name: string;
  readonly uuid: string;
  /** All runs of hooks and actions, in their order. */
  readonly runs: readonly HookRun[];
  /** What juju-log wrote. */
  readonly log: readonly LogLine[];
  /** Makes things go wrong. */
  readonly faults: Faults;

  /** Deploys a `.charm`, or a directory with an expanded one. */
  readonly deploy: (charm: string, options?: DeployOptions) => Promise<string>;
  /** Adds an application without a charm, driven by hand. */
  readonly addApplication: (
    name: string,
    options: ApplicationOptions,
  ) => string;
  /** Relates two endpoints, as `app:endpoint`, or `app` where it is clear. */
  readonly relate: (a: string, b: string) => RelationHandle;
  /** Gives the name of the new unit. */
  readonly addUnit: (application: string) => string;
  readonly removeUnit: (unit: string, options?: RemoveOptions) => void;
  readonly removeRelation: (
    relation: RelationHandle,
    options?: RemoveOptions,
  ) => void;
  readonly removeApplication: (
    application: string,
    options?: RemoveOptions,
  ) => void;
  /** Upgrades an application to another charm. */
  readonly refresh: (application: string, charm: string) => Promise<void>;
  /** Sets options; null resets one to its default. */
  readonly configure: (
    application: string,
    config: Readonly<Record<string, ConfigValue | null>>,
  ) => void;
  /** Allows credential-get; config-changed follows, as after untrust(). */
  readonly trust: (application: string) => void;
  readonly untrust: (application: string) => void;
  /** Changes what credential-get prints. No hook tells of that. */
  readonly setCloud: (cloud: CloudSpec) => void;
  /** Gives the lease to another unit. */
  readonly setLeader: (unit: string) => void;
  /** Lets update-status run, when nothing else is to be done. */
  readonly updateStatus: (applicationOrUnit: string) => void;
  /** Gives up on a failed hook, as if it had been skipped: `juju resolved --no-retry`. */
  readonly resolve: (unit: string) => void;
  /** Starts a unit's agent again, which drops what the model has no longer. */
  readonly restartAgent: (unit: string) => void;

  /** Hooks that could be run next; one for most units. */
  readonly pending: () => readonly PendingHook[];
  /** Runs one hook. */
  readonly step: () => Promise<HookRun | undefined>;
  /** Runs hooks until none is left. Throws if one fails. */
  readonly settle: (options?: SettleOptions) => Promise<void>;
  /** Runs an action, between hooks. */
  readonly runAction: (
    unit: string,
    name: string,
    params?: Readonly<Record<string, unknown>>,
  ) => Promise<ActionResult>;

  /** Adds a secret of the user, and gives its URI. */
  readonly addSecret: (name: string, content: Readonly<Settings>) => string;
  /** Adds a revision, if the content is another; secret-changed follows. */
  readonly updateSecret: (uri: string, content: Readonly<Settings>) => void;
  readonly grantSecret: (uri: string, application: string) => void;
  readonly revokeSecret: (uri: string, application: string) => void;
  readonly removeSecret: (uri: string) => void;

  /** Status of the workload, or the error of a failed hook. */
  readonly status: (unit: string) => ShownStatus;
  readonly applicationStatus: (application: string) => ShownStatus;
  /**
   * A copy of every databag that holds something: of applications, and of units in scope; by the
   * number of the relation and the name of whose it is, as `1 web/0`.
   */
  readonly databags: () => Readonly<Record<string, Settings>>;
  readonly units: (application: string) => readonly string[];
  readonly applications: () => readonly string[];
  readonly leader: (application: string) => string | undefined;
  /** Of application-version-set. */
  readonly workloadVersion: (application: string) => string;
  /** As `80/tcp`, sorted. */
  readonly openedPorts: (unit: string) => readonly string[];
  /** Of state-set. */
  readonly charmState: (unit: string) => Settings;
  /** Where the unit's charm is expanded, once its first hook began. */
  readonly charmDir: (unit: string) => string;
}
