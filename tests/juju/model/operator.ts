/**
 * Changes options, leadership, trust and secrets of a model.
 *
 * @module
 */

import { setBase } from "../state/applications.ts";
import { setConfig } from "../state/config.ts";
import { dropForcedRelations } from "../state/forced_relations.ts";
import { getApplication, getUnit } from "../state/queries.ts";
import { newSecret, reviseSecret } from "../state/secrets.ts";
import type { ModelState, Secret } from "../state/state.ts";
import type { Model } from "./api.ts";

/** The functions of a model that change settings and secrets. */
export type Operator = Pick<
  Model,
  | "addSecret"
  | "configure"
  | "grantSecret"
  | "removeSecret"
  | "restartAgent"
  | "revokeSecret"
  | "setApplicationBase"
  | "setCloud"
  | "setLeader"
  | "trust"
  | "untrust"
  | "updateSecret"
  | "updateStatus"
>;

/** Creates the functions of a model that change settings and secrets. */
export function operator(state: ModelState): Operator {
  return {
    configure: (application, config) => setConfig(getApplication(state, application), config),
    trust: (application) => {
      getApplication(state, application).trust = true;
    },
    untrust: (application) => {
      getApplication(state, application).trust = false;
    },
    setApplicationBase: (application, base) => setBase(getApplication(state, application), base),
    setCloud: (cloud) => {
      state.cloud = cloud;
    },
    setLeader: (given) => {
      const { agentDir, application, name } = getUnit(state, given);
      if (agentDir === undefined) {
        throw new Error(`Cannot make "${given}" the leader: it has no charm`);
      }
      getApplication(state, application).leader = name;
    },
    restartAgent: (given) => dropForcedRelations(state, getUnit(state, given)),
    updateStatus: (given) => {
      const units = given.includes("/")
        ? [getUnit(state, given)]
        : getApplication(state, given).units.values();
      for (const unit of units) unit.updateStatus = true;
    },

    addSecret(name, content) {
      const owner = { kind: "model", id: state.uuid } as const;
      const secret = newSecret(state, { owner, content, name });
      state.secrets.set(secret.id, secret);
      return `secret:${secret.id}`;
    },
    updateSecret: (uri, content) => reviseSecret(findSecret(state, uri), content),
    grantSecret: (uri, application) => {
      const { name } = getApplication(state, application);
      findSecret(state, uri).grants.set(name, undefined);
    },
    revokeSecret: (uri, application) => {
      findSecret(state, uri).grants.delete(application);
    },
    removeSecret: (uri) => {
      state.secrets.delete(findSecret(state, uri).id);
    },
  };
}

/**
 * Finds a secret by its URI.
 *
 * @throws {Error} If the model has no such secret.
 */
function findSecret(state: ModelState, uri: string): Secret {
  const secret = state.secrets.get(uri.replace(/^secret:/, ""));
  if (secret) return secret;
  throw new Error(`Cannot find secret "${uri}": it is not in the model`);
}
