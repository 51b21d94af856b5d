/**
 * The context of one hook or action: the values that its tools read, and the writes that take effect
 * when it succeeds (CTX/context.go, CTX/relation.go).
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
  /** The values of action-set. A dotted key makes a nested map. */
  readonly results: Map<string, unknown>;
  /** The messages of action-log. */
  readonly log: string[];
  /** The message of action-fail; undefined if the action did not call it. */
  failure: string | undefined;
}

/** A relation as one hook or action sees it. */
export interface ContextRelation {
  readonly relation: Relation;
  readonly local: UnitRelation;
  /** The units that relation-list prints. */
  readonly members: Set<string>;
  /** Whether relation-ids hides the relation. */
  readonly broken: boolean;
  /** Databags that are cached until this hook ends. */
  readonly reads: Map<string, Settings>;
  /** The unit's own databag; undefined until a tool uses it. */
  ownUnitBag: OwnDatabag | undefined;
  /** The own application's databag; undefined until a tool of the leader uses it. */
  ownAppBag: OwnDatabag | undefined;
}

/** A databag of the unit or its application, with the pending changes of this hook. */
export interface OwnDatabag {
  readonly base: Readonly<Settings>;
  readonly changes: Map<string, string>;
}

/** A change of a secret that takes effect at the flush. */
export interface SecretChange {
  /** Whether only the leader may make it. */
  readonly byLeader: boolean;
  readonly apply: () => void;
}

/** A running hook or action. */
export interface HookContext {
  readonly model: ModelState;
  readonly application: Application;
  readonly unit: Unit;
  readonly id: string;
  readonly hook: HookInfo | undefined;
  readonly action: ActionContext | undefined;
  readonly relations: ReadonlyMap<number, ContextRelation>;
  /** Whether a tool found that the unit does not lead. It then stays true (CTX/leader.go). */
  notLeader: boolean;
  /** Options; undefined until a tool reads them. */
  config: Readonly<Record<string, ConfigValue>> | undefined;
  /** Answer of credential-get; undefined until Juju granted a request. */
  cloud: CloudSpec | undefined;
  /** Status of the unit; undefined until a tool reads it. */
  status: Status | undefined;
  /** Whether the hook called status-set. */
  statusSet: boolean;
  /** Values of state-set with pending changes; undefined until the hook changes one. */
  charmState: Map<string, string> | undefined;
  /** Ports to open and close at the flush. */
  readonly ports: Map<string, "open" | "close">;
  readonly secretChanges: SecretChange[];
  /** Secrets that the flush adds to the model, by id. */
  readonly pendingSecrets: Map<string, Secret>;
}

/** Opens a context. Like Juju, it drops outdated databags from the unit's cache. */
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

/** Follows getContextRelations and RelationCache.Prune, with the changes of HookContext. */
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
    ownUnitBag: undefined,
    ownAppBag: undefined,
  };
}

/** Whether the unit leads. After one false answer, the answer is false until the hook ends. */
export function isLeader(context: HookContext): boolean {
  if (context.application.leader !== context.unit.name) {
    context.notLeader = true;
  }
  return !context.notLeader;
}

/** Returns the name of the hook or action. */
export function nameOf({ action, hook }: HookContext): string {
  return action?.name ?? hook?.hook ?? "";
}
