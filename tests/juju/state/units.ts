/**
 * Adds and removes units.
 *
 * @module
 */

import { agentDirectory } from "./agent_paths.ts";
import { pruneForcedRelations } from "./forced_relations.ts";
import { getApplication } from "./queries.ts";
import {
  enterScope,
  leaveScope,
  relationsOf,
  removeIfEmpty,
  type RemoveOptions,
} from "./relations.ts";
import { dropSecrets } from "./secrets.ts";
import type { Application, ModelState, Unit } from "./state.ts";
import { newStatus } from "./status.ts";

/** Adds a unit. A unit without a charm enters the scope of all relations at once. */
export function createUnit(model: ModelState, application: Application): Unit {
  const name = `${application.name}/${application.nextUnit++}`;
  const machine = model.nextMachine++;
  const unit: Unit = {
    name,
    application: application.name,
    machine: String(machine),
    base: application.base,
    address: `10.${100 + (machine >> 8)}.${machine & 0xff}.2`,
    agentDir: application.charm && agentDirectory(model, name),
    life: "alive",
    installed: false,
    started: false,
    stopped: false,
    removed: false,
    leader: false,
    leaderSettingsSeen: false,
    configHash: undefined,
    configAgain: false,
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
  application.versions.set(name, "");
  if (unit.agentDir === undefined) {
    for (const relation of relationsOf(model, application.name)) {
      if (relation.life === "alive") enterScope(model, relation, unit);
    }
  } else {
    application.leader ??= name;
  }
  return unit;
}

/** Starts the removal of a unit. With force, it runs no hooks. */
export function destroyUnit(
  model: ModelState,
  unit: Unit,
  { force = false }: RemoveOptions = {},
): void {
  unit.life = "dying";
  for (const relation of relationsOf(model, unit.application)) {
    if (relation.scope.has(unit.name)) relation.departing.add(unit.name);
  }
  if (force || unit.agentDir === undefined) dropUnit(model, unit);
}

/** Removes a unit from the model. Another unit may become the leader. */
export function dropUnit(model: ModelState, unit: Unit): void {
  unit.removed = true;
  for (const relation of relationsOf(model, unit.application)) {
    leaveScope(model, relation, unit.name);
  }
  const application = getApplication(model, unit.application);
  application.units.delete(unit.name);
  application.versions.delete(unit.name);
  pruneForcedRelations(model);
  if (application.leader === unit.name) {
    const successors = [...application.units.values()]
      .filter(({ agentDir }) => agentDir !== undefined);
    const successor = successors.find(({ life }) => life === "alive") ?? successors[0];
    application.leader = successor?.name;
  }
  dropSecrets(model, { kind: "unit", id: unit.name });
  for (const secret of model.secrets.values()) {
    secret.consumers.delete(unit.name);
  }
  dropApplicationIfEmpty(model, application);
}

/** Removes an application from the model if it is dying and has no units. */
export function dropApplicationIfEmpty(
  model: ModelState,
  application: Application,
): void {
  if (application.life === "alive" || application.units.size > 0) return;
  for (const relation of relationsOf(model, application.name)) {
    removeIfEmpty(model, relation);
  }
  dropSecrets(model, { kind: "application", id: application.name });
  model.applications.delete(application.name);
}
