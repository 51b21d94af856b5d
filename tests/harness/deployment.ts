/**
 * A world for scenarios: the built charm in a Juju model, beside an LXD.
 *
 * After each settling it holds what has to hold always: no hook failed, what is told is true, every
 * unit tells it, the leader to an application that asks as well, a foreign entry is as it was, and
 * nothing secret is shown.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { createModel, type Model, type RelationHandle } from "../juju/model.ts";
import type { ModelOptions } from "../juju/model.ts";
import type { CloudSpec } from "../juju/state.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";
import { APPLICATION, BYSTANDER, UNIT } from "./charm.ts";
import { type CloudChanges, cloudOf } from "./cloud.ts";
import { prepareHooks } from "./hooks.ts";
import { checkInvariants } from "./invariants.ts";

/** What a relation is told. */
export interface Told {
  /** Names of the nodes. */
  readonly nodes: readonly string[];
  /** Their endpoints, in the same order. */
  readonly endpoints: readonly string[];
  /** Fingerprints, the same on every node. */
  readonly trusted: readonly string[];
  /** `registered_certificates`. */
  readonly registered: readonly string[];
  /** `rejected_certificates`. */
  readonly rejected: readonly {
    readonly unit: string;
    readonly fingerprint: string | null;
    readonly reason: string;
  }[];
  /** `server_certificate`. */
  readonly server: string | undefined;
}

/** The charm, deployed. */
export interface World extends AsyncDisposable {
  /** Where it runs. */
  readonly model: Model;
  /** What it manages. */
  readonly lxd: LxdWorld;
  /** Juju's certificate, which LXD trusts. */
  readonly credential: TestCertificate;
  /** What `credential-get` prints, with changes to the endpoint or the attributes. */
  readonly cloud: (changes?: CloudChanges) => CloudSpec;
  /** Adds an application that is related to the charm. */
  readonly requirer: (name?: string, units?: number) => Requirer;
  /** Relates an application that is deployed to the charm. */
  readonly relate: (name: string) => Requirer;
  /** Runs hooks until none is left, and checks what has to hold always. */
  readonly settle: () => Promise<void>;
  /** Lets update-status run, and settles. */
  readonly updateStatus: () => Promise<void>;
  /** Status of a unit, by default the first one, as `status: message`. */
  readonly status: (unit?: string) => string;
  /** Our entries in the trust store: what follows our mark, by fingerprint. */
  readonly ours: () => Promise<Readonly<Record<string, string>>>;
  /** Path of the charm under test, for `juju refresh`. */
  readonly charm: string;
  /** Everyone else's entries. */
  readonly foreign: () => Promise<readonly TrustEntry[]>;
}

/** An application that is related to the charm; driven by hand, if it has no charm of its own. */
export interface Requirer {
  /** Its name. */
  readonly name: string;
  /** Its relation with the charm. */
  readonly relation: RelationHandle;
  /** Writes `client_certificates`: of a unit by its number, or of the application. */
  readonly offer: (
    of: number | "application",
    certificates: readonly (TestCertificate | string)[] | string,
  ) => void;
  /** What a unit of the charm tells, by default the first one. */
  readonly told: (unit?: string) => Told;
}

/** How the charm is deployed. */
export interface WorldOptions {
  /** Whether `juju trust` is given. @default {true} */
  readonly trust?: boolean;
  /** Number of units. @default {1} */
  readonly units?: number;
  /** Another charm in its place, as a file or an expanded one. @default {CHARM} */
  readonly charm?: string;
  /** The application's options. */
  readonly config?: Readonly<Record<string, string>>;
  /** Further options of the model. */
  readonly model?: ModelOptions;
  /** Changes of the cloud. */
  readonly cloud?: CloudChanges;
}

/**
 * Deploys the charm beside an LXD and settles.
 *
 * @param lxd The LXD, which the world does not dispose of.
 * @param options How.
 * @returns The world.
 */
export async function deploy(lxd: LxdWorld, options: WorldOptions = {}): Promise<World> {
  const { trust = true, units = 1, config = {} } = options;
  const hooks = await prepareHooks();
  const credential = await createCertificate({ key: "p384", commonName: "juju" });
  const bystander = await createCertificate({ commonName: "someone else" });
  await lxd.trust(credential.certificate, { name: await freeName(lxd, "juju") });
  await lxd.trust(bystander.certificate, { name: await freeName(lxd, BYSTANDER) });
  const cloud = (changes: CloudChanges = {}): CloudSpec => cloudOf(lxd, credential, changes);
  const model = await createModel({
    run: hooks.run,
    ...options.model,
    cloud: cloud(options.cloud),
  });
  const prefix = `${APPLICATION}@${model.uuid}:`;
  const requirers: Requirer[] = [];
  const foreign = async (): Promise<TrustEntry[]> =>
    (await lxd.trustStore()).filter(({ name }) => !name.startsWith(prefix));
  const world: World = {
    model,
    lxd,
    credential,
    cloud,
    requirer: (name = "my-charm", units = 1) => {
      const endpoints = { lxd: { role: "requires", interface: "lxd" } } as const;
      return world.relate(model.addApplication(name, { units, endpoints }));
    },
    relate: (name) => {
      const requirer = relate(model, name);
      requirers.push(requirer);
      return requirer;
    },
    settle: async () => {
      await model.settle();
      await checkInvariants(world, requirers);
    },
    updateStatus: async () => {
      model.updateStatus(APPLICATION);
      await world.settle();
    },
    status: (unit = UNIT) => {
      const { status, message } = model.status(unit);
      return `${status}: ${message}`;
    },
    ours: async () => {
      const entries = (await lxd.trustStore()).filter(({ name }) => name.startsWith(prefix));
      return Object.fromEntries(
        entries.map(({ name, fingerprint }) => {
          const digits = `:${fingerprint.slice(0, 12)}`;
          assert.ok(name.endsWith(digits), `${name} ends in digits of ${fingerprint}`);
          return [fingerprint, name.slice(prefix.length, -digits.length)];
        }),
      );
    },
    foreign,
    charm: hooks.charm,
    [Symbol.asyncDispose]: async () => {
      await model[Symbol.asyncDispose]();
      await hooks[Symbol.asyncDispose]();
    },
  };
  try {
    await model.deploy(options.charm ?? hooks.charm, { trust, units, config });
    await world.settle();
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
  return world;
}

/**
 * Finds a name for an entry of the trust store. Worlds that share an LXD leave their entries there,
 * and newer LXD takes each name once.
 *
 * @param lxd Whose trust store.
 * @param name The name, if nobody has it.
 * @returns The name, or one like it.
 */
export async function freeName(lxd: LxdWorld, name: string): Promise<string> {
  const names = (await lxd.trustStore()).map((entry) => entry.name);
  return names.includes(name) ? `${name} ${names.length}` : name;
}

function relate(model: Model, name: string): Requirer {
  const relation = model.relate(`${APPLICATION}:api`, `${name}:lxd`);
  return {
    name,
    relation,
    offer: (of, certificates) => {
      const value = typeof certificates === "string" ? certificates : JSON.stringify(
        certificates.map((item) => typeof item === "string" ? item : item.certificate),
      );
      const changes = { client_certificates: value };
      if (of === "application") relation.writeApp(name, changes);
      else relation.write(`${name}/${of}`, changes);
    },
    told: (unit = UNIT) => readTold(relation.read(unit)),
  };
}

function readTold(databag: Readonly<Record<string, string>>): Told {
  const nodes: { name: string; endpoint: string; trusted_certs_fp: string[] }[] = JSON.parse(
    databag["nodes"] ?? "[]",
  );
  const trusted = nodes.map((node) => JSON.stringify(node.trusted_certs_fp));
  assert.ok(new Set(trusted).size <= 1, "Every node must list the same fingerprints");
  return {
    nodes: nodes.map(({ name }) => name),
    endpoints: nodes.map(({ endpoint }) => endpoint),
    trusted: JSON.parse(trusted[0] ?? "[]"),
    registered: JSON.parse(databag["registered_certificates"] ?? "[]"),
    rejected: JSON.parse(databag["rejected_certificates"] ?? "[]"),
    server: databag["server_certificate"],
  };
}
