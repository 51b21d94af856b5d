/**
 * The models of a Juju controller in a test.
 *
 * @module
 */
import { createCertificate } from "../../certificates.ts";
import type { Model, RelationHandle } from "../../juju/mod.ts";
import type { LxdWorld } from "../../lxd/world.ts";
import { type Deployment, prepare, type PrepareOptions } from "../../harness/deployment.ts";

/** A model, and what Juju knows by names. */
export interface Known {
  /** The model beside LXD. */
  readonly deployment: Deployment;
  /** The model. */
  readonly model: Model;
  /** The relations that were made, by the endpoints that the operator named. */
  readonly relations: Map<readonly string[], RelationHandle>;
  /** The URIs of the user's secrets, by their names. */
  readonly secrets: Map<string, string>;
  /** The units that ever were, in the order of their machines. */
  readonly machines: string[];
}

/** Models beside an LXD. Disposal ends all of them. */
export interface Controller extends AsyncDisposable {
  /** The model that commands are about. */
  readonly current: () => Known;
  /** Adds a model, and makes it the current one. */
  readonly addModel: (name: string) => Promise<void>;
  /** Makes a model the current one. */
  readonly switchTo: (name: string) => void;
  /** Destroys a model without running any hook. */
  readonly destroy: (name: string) => Promise<void>;
  /** Runs all hooks of the current model. */
  readonly settle: () => Promise<void>;
  /** Runs update-status on each unit, as Juju does every five minutes. */
  readonly updateStatus: () => Promise<void>;
}

/** Options of models. */
export type ControllerOptions = Pick<PrepareOptions, "model" | "running">;

/**
 * Makes a controller with one model.
 *
 * @param lxd The LXD that is Juju's cloud.
 */
export async function createController(
  lxd: LxdWorld,
  options: ControllerOptions = {},
): Promise<Controller> {
  const clients = {
    credential: await createCertificate({ key: "p384", commonName: "juju" }),
    bystander: await createCertificate({ commonName: "someone else" }),
  };
  const models = new Map<string, Known>();
  let current = "";
  const find = (name: string): Known => {
    const found = models.get(name);
    if (!found) throw new Error(`Cannot find the model "${name}"`);
    return found;
  };
  const addModel = async (name: string) => {
    if (models.has(name)) throw new Error(`Cannot add the model "${name}": it exists`);
    const model = { ...options.model, name };
    models.set(name, known(await prepare(lxd, { ...options, clients, model })));
    current = name;
  };
  await addModel("default");
  return {
    current: () => find(current),
    addModel,
    switchTo: (name) => {
      find(name);
      current = name;
    },
    destroy: async (name) => {
      const { deployment } = find(name);
      models.delete(name);
      await deployment[Symbol.asyncDispose]();
    },
    settle: async () => {
      if (models.has(current)) await settle(find(current));
    },
    updateStatus: async () => await updateStatus(find(current)),
    [Symbol.asyncDispose]: async () => {
      for (const { deployment } of models.values()) await deployment[Symbol.asyncDispose]();
    },
  };
}

function known(deployment: Deployment): Known {
  const { model } = deployment;
  return { deployment, model, relations: new Map(), secrets: new Map(), machines: [] };
}

/** Runs all hooks, and notes the machines of new units. */
async function settle({ deployment, machines, model }: Known): Promise<void> {
  await deployment.settle();
  const units = model.applications().flatMap(model.units);
  machines.push(...units.filter((unit) => !machines.includes(unit)));
}

async function updateStatus(one: Known): Promise<void> {
  one.model.applications().forEach(one.model.updateStatus);
  await settle(one);
}
