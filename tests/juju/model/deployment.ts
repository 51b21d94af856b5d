/**
 * Adds applications, units and relations to a model, and removes them.
 *
 * @module
 */

import { chooseBase } from "../charm/bases.ts";
import type { Charm, Endpoint } from "../charm/charm.ts";
import { readCharm } from "../charm/read_charm.ts";
import { expandCharm } from "../charm/store.ts";
import { createApplication, destroyApplication, refreshCharm } from "../state/applications.ts";
import { checkConfig, setConfig } from "../state/config.ts";
import { findEnds } from "../state/endpoints.ts";
import { getApplication, getUnit } from "../state/queries.ts";
import { createRelation, destroyRelation } from "../state/relations.ts";
import type { Application, ModelState } from "../state/state.ts";
import { createUnit, destroyUnit } from "../state/units.ts";
import type { Model } from "./api.ts";
import { relationHandle, relationOfHandle } from "./relation_handle.ts";

/** The functions of a model that add and remove. */
export type Deployment = Pick<
  Model,
  | "addApplication"
  | "addUnit"
  | "deploy"
  | "refresh"
  | "relate"
  | "removeApplication"
  | "removeRelation"
  | "removeUnit"
>;

/** Creates the functions of a model that add and remove. */
export function deployment(state: ModelState): Deployment {
  const load = async (charm: string): Promise<Charm> =>
    await readCharm(await expandCharm(charm), state.jujuVersion);
  const addUnits = (application: Application, count: number): void => {
    for (let i = 0; i < count; i++) createUnit(state, application);
  };
  return {
    async deploy(path, { base: requested, config = {}, name, trust = false, units = 1 } = {}) {
      const charm = await load(path);
      const { endpoints } = charm;
      checkConfig(charm, config);
      const base = chooseBase(charm, requested);
      const application = createApplication(state, name ?? charm.name, { base, charm, endpoints });
      setConfig(application, config);
      application.trust = trust;
      addUnits(application, units);
      return application.name;
    },
    addApplication(name, { endpoints: given, units = 1 }) {
      const endpoints = new Map(
        Object.entries(given)
          .map(([key, value]): [string, Endpoint] => [key, { name: key, ...value }]),
      );
      const nothing = { base: undefined, charm: undefined };
      addUnits(createApplication(state, name, { ...nothing, endpoints }), units);
      return name;
    },
    relate: (a, b) => relationHandle(state, createRelation(state, findEnds(state, a, b))),
    addUnit: (application) => createUnit(state, getApplication(state, application)).name,
    removeUnit: (unit, options) => destroyUnit(state, getUnit(state, unit), options),
    removeRelation: (relation, options) =>
      destroyRelation(state, relationOfHandle(state, relation), options),
    removeApplication: (application, options) =>
      destroyApplication(state, getApplication(state, application), options),
    refresh: async (application, path) =>
      refreshCharm(state, getApplication(state, application), await load(path)),
  };
}
