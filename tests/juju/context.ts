/**
 * The context of one hook or action: what its tools see, and the writes that
 * take effect only when it ends well (CTX/context.go, CTX/relation.go).
 *
 * @module
 */

import { appBag, isBroken, writeBag } from "./relations.ts";
import {
  type Application,
  applicationOf,
  byText,
  type CloudSpec,
  type ConfigValue,
  endOf,
  getApplication,
  type HookInfo,
  isPeer,
  type ModelState,
  type Relation,
  remoteEnd,
  type Secret,
  type Settings,
  type Status,
  type Unit,
  type UnitRelation,
} from "./state.ts";

/** A running action. */
export interface ActionContext {
  readonly name: string;
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly results: Map<string, unknown>;
  readonly log: string[];
  /** Set once by action-fail. */
  failure: string | undefined;
}

/** A relation as one context sees it. */
export interface ContextRelation {
  readonly relation: Relation;
  readonly local: UnitRelation;
  readonly members: Set<string>;
  readonly broken: boolean;
  /** Bags that are not cached beyond this hook. */
  readonly reads: Map<string, Settings>;
  unitNode: Node | undefined;
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
  config: Readonly<Record<string, ConfigValue>> | undefined;
  cloud: CloudSpec | undefined;
  status: Status | undefined;
  charmState: Map<string, string> | undefined;
  readonly ports: Map<string, "open" | "close">;
  readonly secretChanges: SecretChange[];
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
    const relation = model.relations.get(id);
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

/** Whether the unit leads, as far as this hook may still believe it. */
export function isLeader(context: HookContext): boolean {
  if (context.application.leader !== context.unit.name) {
    context.notLeader = true;
  }
  return !context.notLeader;
}

/** The unit's own bag, with pending changes. */
export function unitNode(
  context: HookContext,
  relation: ContextRelation,
): Node {
  const bag = relation.relation.unitBags.get(context.unit.name);
  return relation.unitNode ??= {
    base: { ...bag?.settings },
    changes: new Map(),
  };
}

/** The own application's bag, with pending changes; for leaders only. */
export function appNode(context: HookContext, relation: ContextRelation): Node {
  const bag = appBag(relation.relation, context.unit.application);
  return relation.appNode ??= { base: { ...bag.settings }, changes: new Map() };
}

/** Content of a local databag with its pending changes. */
export function nodeSettings({ base, changes }: Node): Settings {
  const settings = { ...base };
  for (const [key, value] of changes) {
    if (value === "") delete settings[key];
    else settings[key] = value;
  }
  return settings;
}

/** Reads a unit's bag from the controller, or from this unit's cache. */
export function readUnit(
  context: HookContext,
  relation: ContextRelation,
  name: string,
): Settings {
  const cache = relation.members.has(name) ? relation.local.cache : relation.reads;
  return cache.getOrInsertComputed(
    name,
    () => fetchUnit(context, relation.relation, name),
  );
}

/** Reads an application's bag from the controller, once for each hook. */
export function readApp(
  context: HookContext,
  relation: ContextRelation,
  name: string,
): Settings {
  return relation.reads.getOrInsertComputed(
    name,
    () => fetchApp(context, relation.relation, name),
  );
}

function fetchUnit(
  { model, unit }: HookContext,
  relation: Relation,
  name: string,
): Settings {
  const application = applicationOf(name);
  const remote = remoteEnd(relation, unit.application)?.application;
  const sibling = application === unit.application && !isPeer(relation);
  const allowed = model.relations.has(relation.id) &&
    (application === remote || (sibling && model.reads === "coded"));
  if (!allowed) throw new Error("permission denied");
  const bag = relation.unitBags.get(name);
  if (bag) return { ...bag.settings };
  throw new Error(
    model.jujuVersion.startsWith("3.")
      ? `cannot read settings for unit "${name}" in relation "${
        relationKey(relation)
      }": unit "${name}": settings not found`
      : "relation unit not found",
  );
}

function fetchApp(
  { model, unit }: HookContext,
  relation: Relation,
  name: string,
): Settings {
  // The documents allow this to the leader alone, 4.0's code to everyone.
  const ownAllowed = isPeer(relation) ||
    (model.reads === "coded" && !model.jujuVersion.startsWith("3."));
  const allowed = model.relations.has(relation.id) &&
    endOf(relation, name) !== undefined &&
    (name !== unit.application || ownAllowed);
  if (!allowed) throw new Error("permission denied");
  return { ...appBag(relation, name).settings };
}

const ROLE_ORDER = { requires: 0, provides: 1, peer: 2 } as const;

/** Key of a relation, requirer first (state/relation.go relationKey). */
export function relationKey(relation: Relation): string {
  return relation.ends
    .toSorted((a, b) => ROLE_ORDER[a.endpoint.role] - ROLE_ORDER[b.endpoint.role])
    .map((end) => `${end.application}:${end.endpoint.name}`)
    .join(" ");
}

/** Options with a value, as config-get shows them; read once in each hook. */
export function configSettings(
  context: HookContext,
): Readonly<Record<string, ConfigValue>> {
  if (context.config) return context.config;
  const { charm, config } = context.application;
  const settings: Record<string, ConfigValue> = {};
  for (const [key, option] of charm?.options ?? []) {
    const value = config.get(key) ?? option.default;
    if (value !== undefined) settings[key] = value;
  }
  return context.config = settings;
}

/** Whether the hook wrote something that only a leader may write. */
export function needsLeadership(context: HookContext): boolean {
  return context.secretChanges.some(({ byLeader }) => byLeader) ||
    context.relations.values().some((relation) => (relation.appNode?.changes.size ?? 0) > 0);
}

/**
 * Makes a hook's writes take effect (FAC CommitHookChanges).
 *
 * @throws {Error} If the unit lost the leadership that a write needs; then
 * nothing takes effect.
 */
export function flush(context: HookContext): void {
  const { application, model, unit } = context;
  const leads = application.leader === unit.name;
  if (needsLeadership(context) && !leads) {
    throw new Error(`"${unit.name}" is not leader of "${application.name}"`);
  }
  for (const { apply } of context.secretChanges) apply();
  for (const contextRelation of context.relations.values()) {
    if (model.relations.has(contextRelation.relation.id)) {
      flushRelation(context, contextRelation);
    }
  }
  if (context.charmState) unit.charmState = context.charmState;
  for (const [port, change] of context.ports) {
    if (change === "open") unit.ports.add(port);
    else unit.ports.delete(port);
  }
}

function flushRelation(
  { unit }: HookContext,
  { relation, local, unitNode, appNode }: ContextRelation,
): void {
  const bag = relation.unitBags.get(unit.name);
  if (bag && unitNode) writeBag(bag, Object.fromEntries(unitNode.changes));
  if (!appNode) return;
  const own = appBag(relation, unit.application);
  writeBag(own, Object.fromEntries(appNode.changes));
  // A leader is not told of what it wrote itself.
  if (isPeer(relation)) {
    local.applicationMembers.set(unit.application, own.version);
  }
}

/** Names of members in the order that relation-list prints. */
export function memberNames({ members }: ContextRelation): readonly string[] {
  return [...members].sort(byText);
}
