/**
 * The interface of a model.
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

/** Options of createModel(). */
export interface ModelOptions {
  /** Name of the model. @default {"test"} */
  readonly name?: string;
  /** UUID of the model. @default a random UUID */
  readonly uuid?: string;
  /** The cloud that credential-get prints for trusted applications. */
  readonly cloud?: CloudSpec;
  /** Version of Juju that the model imitates. @default {"4.0.15"} */
  readonly jujuVersion?: JujuVersion;
  /** Variables of the legacy proxy settings, such as `http_proxy`. */
  readonly legacyProxy?: Readonly<Record<string, string>>;
  /**
   * Whether relation-get grants access as Juju's documents say, or as Juju's code does.
   *
   * @default {"documented"} for 3.6, {"coded"} for 4.0, whose code was observed
   */
  readonly reads?: "documented" | "coded";
  /** PATH of hooks, behind the hook tools. @default the PATH of a machine agent */
  readonly path?: string;
  /** Runs hooks and actions. @default {runProcess} */
  readonly run?: Runner;
  /** Chooses the next hook by its index, if several are possible. @default the first hook */
  readonly pick?: (candidates: readonly PendingHook[]) => number;
}

/** A hook that may run next. */
export interface PendingHook {
  /** Name of the unit. */
  readonly unit: string;
  /** Name of the hook. */
  readonly hook: string;
  /** Number of the hook's relation. */
  readonly relation?: number;
  /** Remote unit of a relation hook; absent if the hook is about none. */
  readonly remoteUnit?: string;
}

/** Options of Model.deploy(). */
export interface DeployOptions {
  /** Name of the application. @default the charm's name */
  readonly name?: string;
  /** Number of units. @default {1} */
  readonly units?: number;
  /** Base of its units. @default {"ubuntu@24.04" if the charm supports it, else its first base} */
  readonly base?: string;
  /** Options that differ from the charm's defaults. */
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** Whether the application may use credential-get. @default {false} */
  readonly trust?: boolean;
}

/** Options of Model.addApplication(). */
export interface ApplicationOptions {
  /** Number of units. @default {1} */
  readonly units?: number;
  /** Role and interface of each endpoint, by name. */
  readonly endpoints: Readonly<
    Record<string, { readonly role: Role; readonly interface: string }>
  >;
}

/** A relation that a test reads and writes. */
export interface RelationHandle {
  /** Number of the relation in the model. */
  readonly id: string;
  /** Whether the relation is still in the model. */
  readonly exists: () => boolean;
  /** Writes a unit's databag. The value undefined or "" deletes a key. */
  readonly write: (unit: string, changes: Changes) => void;
  /** Writes an application's databag. */
  readonly writeApp: (application: string, changes: Changes) => void;
  /** Returns a copy of a unit's databag, even if the unit has left. */
  readonly read: (unit: string) => Settings;
  /** Returns a copy of an application's databag. */
  readonly readApp: (application: string) => Settings;
  /** Returns the units in scope, of both applications. */
  readonly units: () => readonly string[];
}

/** Values to set, by key. The value undefined or "" deletes a key. */
export type Changes = Readonly<Record<string, string | undefined>>;

/** Options of Model.settle(). */
export interface SettleOptions {
  /** How often a failed hook runs again before settle() throws. @default {0} */
  readonly replays?: number;
  /** Maximal number of hooks. @default {1000} */
  readonly maxHooks?: number;
}

/** Result of an action. */
export interface ActionResult {
  /** Whether the action succeeded. */
  readonly status: "completed" | "failed";
  /** Why the action failed; empty if it did not. */
  readonly message: string;
  /** The values of action-set, with the return code and the output that Juju adds. */
  readonly results: Readonly<Record<string, unknown>>;
  /** The messages of action-log. */
  readonly log: readonly string[];
  /** Standard output of the process. */
  readonly stdout: string;
  /** Standard error of the process. */
  readonly stderr: string;
}

/** A status as `juju status` shows it. */
export interface ShownStatus {
  /** The status: `active`, `blocked`. */
  readonly status: string;
  /** The message of the status; may be empty. */
  readonly message: string;
}

/** A model. Its functions have the names of Juju's commands. Disposal removes its files. */
export interface Model extends AsyncDisposable {
  /** Name of the model. */
  readonly name: string;
  /** UUID of the model. */
  readonly uuid: string;
  /** All runs of hooks and actions, the oldest first. */
  readonly runs: readonly HookRun[];
  /** The lines of juju-log, the oldest first. */
  readonly log: readonly LogLine[];
  /** Adds faults to hooks and hook tools. */
  readonly faults: Faults;

  /** Deploys a `.charm` file, or a directory with the files of a charm. Returns the name. */
  readonly deploy: (charm: string, options?: DeployOptions) => Promise<string>;
  /** Adds an application without a charm. The test controls its databags. Returns the name. */
  readonly addApplication: (
    name: string,
    options: ApplicationOptions,
  ) => string;
  /** Relates two endpoints: `app:endpoint`, or `app` if only one pair of endpoints fits. */
  readonly relate: (a: string, b: string) => RelationHandle;
  /** Adds a unit. Returns its name. */
  readonly addUnit: (application: string) => string;
  /** Removes a unit. Its last hooks follow. */
  readonly removeUnit: (unit: string, options?: RemoveOptions) => void;
  /** Removes a relation. -departed and -broken follow. */
  readonly removeRelation: (
    relation: RelationHandle,
    options?: RemoveOptions,
  ) => void;
  /** Removes an application with its units and relations. */
  readonly removeApplication: (
    application: string,
    options?: RemoveOptions,
  ) => void;
  /**
   * Upgrades an application to another charm: a file or a directory, as in deploy(). The charm must
   * support the base of the application.
   */
  readonly refresh: (application: string, charm: string) => Promise<void>;
  /** Sets the base of an application's new units. Existing units keep theirs. */
  readonly setApplicationBase: (application: string, base: string) => void;
  /** Sets options. Null resets an option to its default. */
  readonly configure: (
    application: string,
    config: Readonly<Record<string, ConfigValue | null>>,
  ) => void;
  /** Lets an application use credential-get. config-changed follows. */
  readonly trust: (application: string) => void;
  /** Forbids an application to use credential-get. config-changed follows. */
  readonly untrust: (application: string) => void;
  /** Sets the cloud that credential-get prints. No hook follows. */
  readonly setCloud: (cloud: CloudSpec) => void;
  /** Makes a unit the leader of its application. */
  readonly setLeader: (unit: string) => void;
  /** Queues update-status behind all other hooks of a unit, or of all units of an application. */
  readonly updateStatus: (applicationOrUnit: string) => void;
  /** Skips the failed hook of a unit: `juju resolved --no-retry`. */
  readonly resolve: (unit: string) => void;
  /** Restarts the agent of a unit. The agent then forgets relations that were removed by force. */
  readonly restartAgent: (unit: string) => void;

  /** Returns the hooks that may run next. Most units have at most one. */
  readonly pending: () => readonly PendingHook[];
  /** Runs one hook. Returns undefined if no hook is pending. */
  readonly step: () => Promise<HookRun | undefined>;
  /** Runs hooks until none is left. Throws an error if a hook fails. */
  readonly settle: (options?: SettleOptions) => Promise<void>;
  /** Runs an action, between hooks. */
  readonly runAction: (
    unit: string,
    name: string,
    params?: Readonly<Record<string, unknown>>,
  ) => Promise<ActionResult>;

  /** Adds a secret of the model's user. Returns its URI. */
  readonly addSecret: (name: string, content: Readonly<Settings>) => string;
  /** Adds a revision to a secret if the content differs. secret-changed follows. */
  readonly updateSecret: (uri: string, content: Readonly<Settings>) => void;
  /** Lets an application read a secret. */
  readonly grantSecret: (uri: string, application: string) => void;
  /** Forbids an application to read a secret. */
  readonly revokeSecret: (uri: string, application: string) => void;
  /** Removes a secret with all its revisions. */
  readonly removeSecret: (uri: string) => void;

  /** Returns the status of a unit's workload, or the error of its failed hook. */
  readonly status: (unit: string) => ShownStatus;
  /** Returns the status that the leader set, or the most severe status of the units. */
  readonly applicationStatus: (application: string) => ShownStatus;
  /**
   * Returns a copy of each databag that is not empty: of applications, and of units in scope. The
   * key is the number of the relation and the name of the owner: `1 web/0`.
   */
  readonly databags: () => Readonly<Record<string, Settings>>;
  /** Returns the names of an application's units. */
  readonly units: (application: string) => readonly string[];
  /** Returns the names of all applications. */
  readonly applications: () => readonly string[];
  /** Returns the base of a unit's machine; undefined if the charm names none. */
  readonly base: (unit: string) => string | undefined;
  /** Returns the name of an application's leader; undefined if it has none. */
  readonly leader: (application: string) => string | undefined;
  /** Returns the version of an application, as `juju status` shows it. Empty if no unit set one. */
  readonly workloadVersion: (application: string) => string;
  /** Returns the open ports of a unit, sorted: `80/tcp`. */
  readonly openedPorts: (unit: string) => readonly string[];
  /** Returns the values of state-set. */
  readonly charmState: (unit: string) => Settings;
  /** Returns the charm directory of a unit. It exists after the unit's first hook began. */
  readonly charmDir: (unit: string) => string;
}
