/**
 * How units, applications and relations come and go, and what a hook that
 * ended well changes in the agent's own state.
 *
 * @module
 */

import type { Charm } from "./charm.ts";
import {
  enterScope,
  leaveScope,
  networkSettings,
  relationsOf,
  removeIfEmpty,
  writeBag,
} from "./relations.ts";
import { nextOperation, type Operation, plainHook } from "./scheduler.ts";
import {
  type Application,
  findUnit,
  getApplication,
  type HookInfo,
  isPeer,
  type ModelState,
  type Relation,
  type RelationEnd,
  type Status,
  type Unit,
} from "./state.ts";

/** Creates a status of now. */
export function newStatus(status: string, message = ""): Status {
  return { status, message, since: new Date() };
}

/** Adds an application without units; its peer relations come with it. */
export function createApplication(
  model: ModelState,
  name: string,
  charm: Charm | undefined,
  endpoints: Application["endpoints"],
): Application {
  if (model.applications.has(name)) {
    throw new Error(`Cannot add application "${name}": it exists already`);
  }
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*$/.test(name)) {
    throw new Error(`Cannot add application "${name}": bad name`);
  }
  const application: Application = {
    name,
    charm,
    charmRevision: 0,
    endpoints,
    config: new Map(),
    trust: false,
    life: "alive",
    units: new Map(),
    nextUnit: 0,
    leader: undefined,
    // Until the leader sets one, it is derived from the units.
    status: newStatus("unset"),
    version: "",
  };
  model.applications.set(name, application);
  for (const endpoint of endpoints.values()) {
    if (endpoint.role !== "peer") continue;
    createRelation(model, [{ application: name, endpoint }]);
  }
  return application;
}

/** Adds a relation; units that are driven by hand enter its scope at once. */
export function createRelation(
  model: ModelState,
  ends: readonly RelationEnd[],
): Relation {
  const relation: Relation = {
    id: model.nextRelation++,
    ends,
    life: "alive",
    scope: new Set(),
    departing: new Set(),
    unitBags: new Map(),
    appBags: new Map(),
  };
  model.relations.set(relation.id, relation);
  for (const end of ends) {
    for (const unit of getApplication(model, end.application).units.values()) {
      if (unit.agentDir === undefined) enterScope(relation, unit);
    }
  }
  return relation;
}

/** Adds a unit. Without an agent's directory it is driven by hand. */
export function createUnit(
  model: ModelState,
  application: Application,
  agentDir: (name: string) => string | undefined,
): Unit {
  const name = `${application.name}/${application.nextUnit++}`;
  const machine = model.nextMachine++;
  const unit: Unit = {
    name,
    application: application.name,
    machine: String(machine),
    address: `10.${100 + (machine >> 8)}.${machine & 0xff}.2`,
    agentDir: agentDir(name),
    life: "alive",
    installed: false,
    started: false,
    stopped: false,
    removed: false,
    leader: false,
    leaderSettingsSeen: false,
    configHash: undefined,
    charmRevision: application.charmRevision,
    queued: undefined,
    failed: undefined,
    updateStatus: false,
    status: newStatus("waiting", "waiting for machine"),
    statusSet: false,
    agentStatus: newStatus("allocating"),
    charmState: new Map(),
    relations: new Map(),
    ports: new Set(),
    secretsSeen: new Map(),
  };
  application.units.set(name, unit);
  if (unit.agentDir === undefined) {
    for (const relation of relationsOf(model, application.name)) {
      if (relation.life === "alive") enterScope(relation, unit);
    }
  } else {
    application.leader ??= name;
  }
  return unit;
}

/** Starts the removal of a unit; with force its hooks do not run. */
export function destroyUnit(
  model: ModelState,
  unit: Unit,
  force: boolean,
): void {
  unit.life = "dying";
  for (const relation of relationsOf(model, unit.application)) {
    if (relation.scope.has(unit.name)) relation.departing.add(unit.name);
  }
  if (force || unit.agentDir === undefined) dropUnit(model, unit);
}

/** Takes a unit out of the model. */
export function dropUnit(model: ModelState, unit: Unit): void {
  unit.removed = true;
  for (const relation of relationsOf(model, unit.application)) {
    leaveScope(model, relation, unit.name);
  }
  const application = getApplication(model, unit.application);
  application.units.delete(unit.name);
  if (application.leader === unit.name) {
    const heirs = [...application.units.values()]
      .filter(({ agentDir }) => agentDir !== undefined);
    const heir = heirs.find(({ life }) => life === "alive") ?? heirs[0];
    application.leader = heir?.name;
  }
  for (const secret of model.secrets.values()) {
    secret.consumers.delete(unit.name);
  }
  dropApplicationIfEmpty(model, application);
}

function dropApplicationIfEmpty(
  model: ModelState,
  application: Application,
): void {
  if (application.life === "alive" || application.units.size > 0) return;
  for (const relation of relationsOf(model, application.name)) {
    removeIfEmpty(model, relation);
  }
  model.applications.delete(application.name);
}

/** Starts the removal of a relation; with force no hooks run. */
export function destroyRelation(
  model: ModelState,
  relation: Relation,
  force: boolean,
): void {
  relation.life = "dying";
  for (const name of [...relation.scope]) {
    const unit = findUnit(model, name);
    if (force || unit?.agentDir === undefined) {
      leaveScope(model, relation, name);
    }
  }
  removeIfEmpty(model, relation);
}

/** Starts the removal of an application; with force its hooks do not run. */
export function destroyApplication(
  model: ModelState,
  application: Application,
  force: boolean,
): void {
  application.life = "dying";
  for (const relation of relationsOf(model, application.name)) {
    destroyRelation(model, relation, force && isPeer(relation));
  }
  for (const unit of [...application.units.values()]) {
    destroyUnit(model, unit, force);
  }
  dropApplicationIfEmpty(model, application);
}

/**
 * The next hooks of a unit. Changes of the agent's own state that come before
 * them are made: entering scopes, taking and giving up leadership.
 */
export function nextHooks(
  model: ModelState,
  unit: Unit,
): readonly HookInfo[] {
  for (;;) {
    const operation = nextOperation(model, unit);
    if (operation === undefined) return [];
    if (operation.kind === "hooks") return operation.hooks;
    if (operation.kind === "upgrade") return [plainHook("upgrade-charm")];
    apply(model, unit, operation);
  }
}

function apply(
  model: ModelState,
  unit: Unit,
  operation: Exclude<Operation, { kind: "hooks" | "upgrade" }>,
): void {
  switch (operation.kind) {
    case "accept-leadership":
      unit.leader = true;
      unit.queued = plainHook("leader-elected");
      return;
    case "resign-leadership":
      unit.leader = false;
      return;
    case "enter-scope":
      enterScope(operation.relation, unit);
      return;
    case "terminate":
      dropUnit(model, unit);
  }
}

/** What a hook found when it began; commits must not use what came later. */
export interface HookStart {
  readonly configHash: string;
  readonly secretRevision: number | undefined;
}

/** Commits a hook that ended well, or that was skipped. */
export function commitHook(
  model: ModelState,
  unit: Unit,
  hook: HookInfo,
  start: HookStart,
): void {
  unit.queued = undefined;
  unit.failed = undefined;
  unit.agentStatus = newStatus("idle");
  switch (hook.kind) {
    case "install":
      unit.installed = true;
      return;
    case "config-changed":
      unit.configHash = start.configHash;
      updateNetwork(model, unit);
      // Queued right behind the first one (UNITER/operation/runhook.go).
      if (!unit.started) unit.queued = plainHook("start");
      return;
    case "start":
      unit.started = true;
      if (!unit.statusSet) unit.status = newStatus("unknown");
      return;
    case "stop":
      unit.stopped = true;
      return;
    case "remove":
      unit.status = newStatus("terminated");
      dropUnit(model, unit);
      return;
    case "leader-settings-changed":
      unit.leaderSettingsSeen = true;
      return;
    case "update-status":
      unit.updateStatus = false;
      return;
    case "secret-changed":
      if (hook.secretId !== undefined && start.secretRevision !== undefined) {
        unit.secretsSeen.set(hook.secretId, start.secretRevision);
      }
      return;
    default:
      commitRelationHook(model, unit, hook);
  }
}

function updateNetwork(model: ModelState, unit: Unit): void {
  for (const id of unit.relations.keys()) {
    const bag = model.relations.get(id)?.unitBags.get(unit.name);
    if (bag) writeBag(bag, networkSettings(unit));
  }
}

/** UpdateStateForHook in UNITER/relation/state.go. */
function commitRelationHook(
  model: ModelState,
  unit: Unit,
  hook: HookInfo,
): void {
  const relation = model.relations.get(hook.relationId ?? -1);
  const local = unit.relations.get(hook.relationId ?? -1);
  if (!relation || !local) return;
  const { changeVersion = 0, kind, remoteApplication = "", remoteUnit } = hook;
  if (kind === "relation-created") {
    local.created = true;
  } else if (kind === "relation-broken") {
    leaveScope(model, relation, unit.name);
  } else if (kind === "relation-departed") {
    local.members.delete(remoteUnit ?? "");
  } else if (remoteUnit === undefined) {
    local.applicationMembers.set(remoteApplication, changeVersion);
    local.changedPending = undefined;
  } else {
    local.members.set(remoteUnit, changeVersion);
    local.changedPending = kind === "relation-joined" ? remoteUnit : undefined;
  }
}

/** Gives an application another charm; its units upgrade one by one. */
export function refreshCharm(
  model: ModelState,
  application: Application,
  charm: Charm,
): void {
  for (const relation of relationsOf(model, application.name)) {
    for (const { application: name, endpoint } of relation.ends) {
      if (name !== application.name) continue;
      const next = charm.endpoints.get(endpoint.name);
      if (
        next?.role === endpoint.role && next.interface === endpoint.interface
      ) continue;
      throw new Error(
        `Cannot refresh "${name}": the charm breaks relation "${endpoint.name}"`,
      );
    }
  }
  for (const key of application.config.keys()) {
    if (!charm.options.has(key)) application.config.delete(key);
  }
  const added = [...charm.endpoints.values()].filter(({ name, role }) =>
    role === "peer" && !application.endpoints.has(name)
  );
  application.charm = charm;
  application.charmRevision++;
  application.endpoints = charm.endpoints;
  for (const endpoint of added) {
    createRelation(model, [{ application: application.name, endpoint }]);
  }
}
