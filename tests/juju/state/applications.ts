/**
 * Adds, removes and refreshes applications.
 *
 * @module
 */

import { checkBase } from "../charm/bases.ts";
import type { Charm } from "../charm/charm.ts";
import { isJuju3 } from "../charm/juju_version.ts";
import { isPeer } from "./queries.ts";
import { createRelation, destroyRelation, relationsOf, type RemoveOptions } from "./relations.ts";
import type { Application, ModelState } from "./state.ts";
import { destroyUnit, dropApplicationIfEmpty } from "./units.ts";

const NAME_REGEXP = /^[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*$/;

/** Adds an application without units, and its peer relations. */
export function createApplication(
  model: ModelState,
  name: string,
  { base, charm, endpoints }: Pick<Application, "base" | "charm" | "endpoints">,
): Application {
  if (model.applications.has(name)) {
    throw new Error(`Cannot add application "${name}": it exists already`);
  }
  if (!NAME_REGEXP.test(name)) {
    throw new Error(`Cannot add application "${name}": bad name`);
  }
  const application: Application = {
    name,
    charm,
    base,
    charmRevision: 0,
    endpoints,
    config: new Map(),
    trust: false,
    life: "alive",
    units: new Map(),
    nextUnit: 0,
    leader: undefined,
    status: undefined,
    versions: new Map(),
    version: "",
  };
  model.applications.set(name, application);
  addPeerRelations(model, application, new Map());
  return application;
}

/** Starts the removal of an application. With force, its units run no hooks. */
export function destroyApplication(
  model: ModelState,
  application: Application,
  { force = false }: RemoveOptions = {},
): void {
  application.life = "dying";
  for (const relation of relationsOf(model, application.name)) {
    // The other application still runs its hooks. Since 4.0 these hooks find no relation.
    destroyRelation(model, relation, { force: force && (isPeer(relation) || !isJuju3(model)) });
  }
  for (const unit of [...application.units.values()]) {
    destroyUnit(model, unit, { force });
  }
  dropApplicationIfEmpty(model, application);
}

/** Gives an application another charm. Its units upgrade one by one. */
export function refreshCharm(
  model: ModelState,
  application: Application,
  charm: Charm,
): void {
  checkBase(charm, application.base);
  checkRelations(model, application, charm);
  for (const key of application.config.keys()) {
    if (!charm.options.has(key)) application.config.delete(key);
  }
  const before = application.endpoints;
  application.charm = charm;
  application.charmRevision++;
  application.endpoints = charm.endpoints;
  addPeerRelations(model, application, before);
}

/**
 * Sets the base of an application's new units. Existing units keep theirs.
 *
 * @throws {Error} as Juju does, if the charm does not support the base.
 */
export function setBase(application: Application, base: string): void {
  const { bases = [], name } = application.charm ?? {};
  if (!bases.includes(base)) {
    throw new Error(
      `base "${base}" not supported by charm "${name}", supported bases are: ${bases.join(", ")}`,
    );
  }
  application.base = base;
}

/** Refuses a charm that lacks an endpoint of an existing relation. */
function checkRelations(
  model: ModelState,
  { name }: Application,
  charm: Charm,
): void {
  for (const relation of relationsOf(model, name)) {
    for (const { application, endpoint } of relation.ends) {
      if (application !== name) continue;
      const next = charm.endpoints.get(endpoint.name);
      if (
        next?.role === endpoint.role && next.interface === endpoint.interface
      ) continue;
      throw new Error(
        `Cannot refresh "${name}": the charm breaks relation "${endpoint.name}"`,
      );
    }
  }
}

function addPeerRelations(
  model: ModelState,
  { endpoints, name }: Application,
  before: Application["endpoints"],
): void {
  for (const endpoint of endpoints.values()) {
    if (endpoint.role !== "peer" || before.has(endpoint.name)) continue;
    createRelation(model, [{ application: name, endpoint }]);
  }
}
