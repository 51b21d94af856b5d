/**
 * The context of one hook or action: what its tools see, and the writes that
 * take effect only when it ends well (CTX/context.go, CTX/relation.go).
 *
 * @module
 */

import type { ConfigValue } from "../charm/charm.ts";
import { agentRelation } from "../state/forced_relations.ts";
import { getApplication } from "../state/queries.ts";
import { isBroken } from "../state/relations.ts";
import type {
  Application,
  CloudSpec,
  HookInfo,
  ModelState,
  Relation,
  Secret,
  Settings,
  Status,
  Unit,
  UnitRelation,
} from "../state/state.ts";

/** A running action. */
export interface ActionContext {
  readonly name: string;
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Of action-set; dotted keys make maps in it. */
  readonly results: Map<string, unknown>;
  readonly log: string[];
  /** Set once by action-fail. */
  failure: string | undefined;
}

/** A relation as one context sees it. */
export interface ContextRelation {
  readonly relation: Relation;
  readonly local: UnitRelation;
  /** What relation-list prints. */
  readonly members: Set<string>;
  /** Hidden from relation-ids. */
  readonly broken: boolean;
  /** Bags that are not cached beyond this hook. */
  readonly reads: Map<string, Settings>;
  /** The unit's own databag, once used. */
  unitNode: Node | undefined;
  /** That of the own application, once used by a leader. */
  appNode: Node | undefined;
}

/** A local databag with this hook's pending changes. */
export interface Node {
  readonly base: Readonly<Settings>;
  readonly changes: Map<string, string>;
}

/** A change of secrets that waits for the flush. */
export interface SecretChange {
  /** Whether only the leader may make it. */
  readonly byLeader: boolean;
  readonly apply: () => void;
}

/** One hook or action that runs. */
export interface HookContext {
  readonly model: ModelState;
  readonly application: Application;
  readonly unit: Unit;
  readonly id: string;
  readonly hook: HookInfo | undefined;
  readonly action: ActionContext | undefined;
  readonly relations: ReadonlyMap<number, ContextRelation>;
  /** Once false in a hook, leadership stays false in it (CTX/leader.go). */
  notLeader: boolean;
  /** Options, once read. */
  config: Readonly<Record<string, ConfigValue>> | undefined;
  /** Answer of credential-get, once it was not refused. */
  cloud: CloudSpec | undefined;
  /** Status of the unit, once read. */
  status: Status | undefined;
  /** Whether status-set was called. */
  statusSet: boolean;
  /** State with pending changes, once there are any. */
  charmState: Map<string, string> | undefined;
  /** Ports to open and close at the flush. */
  readonly ports: Map<string, "open" | "close">;
  readonly secretChanges: SecretChange[];
  /** Secrets that exist from the flush on. */
  readonly pendingSecrets: Map<string, Secret>;
}

/** Opens a context. It changes the unit's member caches, as Juju does. */
export function openContext(
  model: ModelState,
  unit: Unit,
  work: { readonly hook?: HookInfo; readonly action?: ActionContext },
): HookContext {
  const relations = new Map<number, ContextRelation>();
  for (const [id, local] of unit.relations) {
    const relation = agentRelation(model, id);
    if (relation) {
      relations.set(id, openRelation(relation, local, work.hook));
    }
  }
  const random = crypto.randomUUID().replaceAll("-", "");
  return {
    model,
    unit,
    application: getApplication(model, unit.application),
    id: `${unit.name}-${work.hook?.hook ?? work.action?.name}-${random}`,
    hook: work.hook,
    action: work.action,
    relations,
    notLeader: false,
    config: undefined,
    cloud: undefined,
    status: undefined,
    statusSet: false,
    charmState: undefined,
    ports: new Map(),
    secretChanges: [],
    pendingSecrets: new Map(),
  };
}

/** getContextRelations, RelationCache.Prune, and HookContext's changes. */
function openRelation(
  relation: Relation,
  local: UnitRelation,
  hook: HookInfo | undefined,
): ContextRelation {
  const broken = isBroken(relation, local);
  const members = new Set(local.members.keys());
  for (const name of local.cache.keys()) {
    if (!members.has(name)) local.cache.delete(name);
  }
  if (hook?.relationId === relation.id && hook.remoteUnit !== undefined) {
    local.cache.delete(hook.remoteUnit);
    if (hook.kind === "relation-departed") members.delete(hook.remoteUnit);
    else members.add(hook.remoteUnit);
  }
  return {
    relation,
    local,
    members,
    broken,
    reads: new Map(),
    unitNode: undefined,
    appNode: undefined,
  };
}

/** Tells whether the unit leads, as far as this hook may still believe it. */
export function isLeader(context: HookContext): boolean {
  if (context.application.leader !== context.unit.name) {
    context.notLeader = true;
  }
  return !context.notLeader;
}

/** Gives the name of the hook or action. */
export function nameOf({ action, hook }: HookContext): string {
  return action?.name ?? hook?.hook ?? "";
}
