/**
 * Deploys the charm in a Juju model beside an LXD. Every test that runs the charm uses this module.
 *
 * After each settling it checks the promises that always hold: no hook failed, the published data
 * is true, every unit publishes the same, the leader also answers an application that asks, no
 * foreign entry has changed, and no log or status holds a secret.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Clock } from "../../lib/async/clock.ts";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { type CloudSpec, createModel, type Model, type ModelOptions } from "../juju/mod.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";
import { APPLICATION, BYSTANDER, UNIT } from "./charm.ts";
import { type CloudChanges, cloudOf } from "./cloud.ts";
import { charmFor, createHooks, RUNNING, type Running } from "./hooks.ts";
import { checkInvariants } from "./invariants.ts";
import { checkErrors } from "./provider_error.ts";
import { addRequirer, relateRequirer, type Requirer, requirerOf } from "./requirer.ts";

/** A model with the charm, beside an LXD. Disposal ends the model, and leaves LXD. */
export interface Deployment extends AsyncDisposable {
  /** The model with the charm. */
  readonly model: Model;
  /** The LXD that the charm manages. */
  readonly lxd: LxdWorld;
  /** Juju's certificate, which LXD trusts. */
  readonly credential: TestCertificate;
  /** Path of the charm under test, for `juju refresh`. */
  readonly charm: string;
  /** The beginning of the name of each of our entries in the trust store. */
  readonly prefix: string;
  /** Returns the output of `credential-get`, with changes. */
  readonly cloud: (changes?: CloudChanges) => CloudSpec;
  /** Sets how the charm's hooks run from now on. */
  readonly runAs: (running: Running) => void;
  /** Adds an application without a charm, and relates it to the charm. */
  readonly requirer: (name?: string, units?: number) => Requirer;
  /** Relates a deployed application to the charm. */
  readonly relate: (name: string) => Requirer;
  /** Runs hooks until none is left, and checks the promises that always hold. */
  readonly settle: () => Promise<void>;
  /** Runs update-status on every unit, and settles. */
  readonly updateStatus: () => Promise<void>;
  /** Returns the status of a unit as `status: message`. @default {the first unit} */
  readonly status: (unit?: string) => string;
  /** Returns the names of our entries by fingerprint, without mark and digits. */
  readonly ours: () => Promise<Readonly<Record<string, string>>>;
  /** Returns the foreign entries. */
  readonly foreign: () => Promise<readonly TrustEntry[]>;
}

/** Options of a model beside an LXD. */
export interface PrepareOptions {
  /** How the charm's hooks run. @default {the variable HOOKS} */
  readonly running?: Running;
  /** Path of the charm under test. @default {a charm whose hooks can run like this} */
  readonly charmUnderTest?: string;
  /**
   * Clients that LXD must trust.
   *
   * @default {a credential and a bystander, both new}
   */
  readonly clients?: Clients;
  /** The clock for time limits of hooks in this process. @default {the system's clock} */
  readonly clock?: Clock;
  /** Further options of the model. */
  readonly model?: ModelOptions;
  /** Changes of the cloud. */
  readonly cloud?: CloudChanges;
}

/** Clients of LXD that do not belong to the charm. */
export interface Clients {
  /** Juju's certificate. */
  readonly credential: TestCertificate;
  /** Another client's certificate, whose entry must not change. @default {none} */
  readonly bystander?: TestCertificate;
}

/** Options of a deployment. */
export interface DeployOptions extends PrepareOptions {
  /** Whether Juju trusts the charm. @default {true} */
  readonly trust?: boolean;
  /** Number of units. @default {1} */
  readonly units?: number;
  /** Another charm in place of the charm under test: a file or a directory. */
  readonly charm?: string;
  /** The application's options. */
  readonly config?: Readonly<Record<string, string | number>>;
}

/**
 * Deploys the charm beside an LXD and settles.
 *
 * @param lxd The LXD. The deployment does not dispose of it.
 */
export async function deploy(lxd: LxdWorld, options: DeployOptions = {}): Promise<Deployment> {
  const { trust = true, units = 1, config = {} } = options;
  await using begun = new AsyncDisposableStack();
  const deployment = begun.use(await prepare(lxd, options));
  await deployment.model.deploy(options.charm ?? deployment.charm, { trust, units, config });
  await deployment.settle();
  begun.move();
  return deployment;
}

/**
 * Makes a model without applications beside an LXD that trusts Juju.
 *
 * @param lxd The LXD. The deployment does not dispose of it.
 */
export async function prepare(lxd: LxdWorld, options: PrepareOptions = {}): Promise<Deployment> {
  const { running = RUNNING, charmUnderTest: charm = await charmFor(running) } = options;
  const { credential, bystander } = options.clients ?? await createClients(running);
  await admit(lxd, "juju", credential);
  if (bystander) await admit(lxd, BYSTANDER, bystander);
  const cloud = (changes?: CloudChanges): CloudSpec => cloudOf(lxd, credential, changes);
  const hooks = createHooks(charm, { running, clock: options.clock });
  const { run, runAs } = hooks;
  const model = await createModel({ run, ...options.model, cloud: cloud(options.cloud) });
  const prefix = `${APPLICATION}@${model.uuid}:`;
  const isOurs = ({ name }: TrustEntry) => name.startsWith(prefix);
  const base = { model, lxd, credential, charm, prefix, cloud, runAs };
  return {
    ...base,
    ...createOperations(base),
    ours: async () => namesOf((await lxd.trustStore()).filter(isOurs), prefix),
    foreign: async () => (await lxd.trustStore()).filter((entry) => !isOurs(entry)),
    [Symbol.asyncDispose]: async () => {
      await model[Symbol.asyncDispose]();
      hooks[Symbol.dispose]();
    },
  };
}

/**
 * Returns a free name for an entry of the trust store: the given name, or a similar one.
 * Deployments that share an LXD leave their entries there, and newer LXD takes each name only once.
 */
export async function freeName(lxd: LxdWorld, name: string): Promise<string> {
  const names = (await lxd.trustStore()).map((entry) => entry.name);
  return names.includes(name) ? `${name} ${names.length}` : name;
}

/** Makes the operations of a deployment. */
function createOperations({ model, lxd }: Pick<Deployment, "model" | "lxd">): Pick<
  Deployment,
  "requirer" | "relate" | "settle" | "updateStatus" | "status"
> {
  const requirers: Requirer[] = [];
  const add = (requirer: Requirer) => {
    requirers.push(requirer);
    return requirer;
  };
  const settle = async () => {
    await model.settle();
    await checkInvariants({ model, lxd }, requirers);
  };
  return {
    requirer: (name = "my-charm", units = 1) =>
      add(requirerOf(name, addRequirer(model, name, { units }))),
    relate: (name) => add(relateRequirer(model, name)),
    settle,
    updateStatus: async () => {
      model.updateStatus(APPLICATION);
      await settle();
      const units = model.units(APPLICATION).map((unit) => [unit, model.status(unit)] as const);
      checkErrors(units, requirers.map(({ relation }) => relation));
    },
    status: (unit = UNIT) => {
      const { status, message } = model.status(unit);
      return `${status}: ${message}`;
    },
  };
}

async function createClients(running: Running): Promise<Required<Clients>> {
  // Juju's keys are on P-384. A key on P-256 needs less work in each hook.
  const key = running === "built" ? "p384" : "p256";
  return {
    credential: await createCertificate({ key, commonName: "juju" }),
    bystander: await createCertificate({ commonName: "someone else" }),
  };
}

async function admit(lxd: LxdWorld, name: string, client: TestCertificate): Promise<void> {
  const store = await lxd.trustStore();
  if (store.some(({ fingerprint }) => fingerprint === client.fingerprint)) return;
  await lxd.trust(client.certificate, { name: await freeName(lxd, name) });
}

function namesOf(
  entries: readonly TrustEntry[],
  prefix: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map(({ name, fingerprint }) => {
      const digits = `:${fingerprint.slice(0, 12)}`;
      assert.ok(name.endsWith(digits), `${name} ends in digits of ${fingerprint}`);
      return [fingerprint, name.slice(prefix.length, -digits.length)];
    }),
  );
}
