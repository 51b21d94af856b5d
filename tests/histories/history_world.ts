/**
 * Where a history happens: the charm in a Juju model beside an LXD, and what is true of both.
 *
 * @module
 */
import { createModel, type Model, type RelationHandle } from "../juju/model.ts";
import type { Runner } from "../juju/agent/runner.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import { cloudOf } from "../harness/cloud.ts";
import { type History, HTTPS, type Wish } from "./history.ts";
import type { Access, Written } from "./judge.ts";
import type { Pool } from "./pool.ts";

/** What histories happen on, one after the other. */
export interface Stage {
  /** Path of the charm. */
  readonly charm: string;
  /** Runs its hooks. */
  readonly run: Runner | undefined;
  /** The LXD, which trusts `pool.own`. */
  readonly lxd: LxdWorld;
  /** The same one where it is a stand-in. */
  readonly standIn: StandIn | undefined;
  readonly pool: Pool;
}

/** A relation that was made. */
export interface Related {
  readonly handle: RelationHandle;
  /** The requirer's application, and its endpoint. */
  readonly application: string;
  readonly endpoint: string;
}

/** Where one history happens. */
export interface HistoryWorld extends AsyncDisposable {
  readonly stage: Stage;
  readonly model: Model;
  /** The relations that nobody has removed yet. */
  readonly relations: Related[];
  /** Those that were removed, as long as hooks may still run for them. */
  readonly removed: Related[];
  /** What requirers wrote last, by relation and name. */
  readonly written: Map<string, Written>;
  /** Units of the charm that were told to go. */
  readonly leaving: Set<string>;
  /** The option `projects`. */
  allowed: Wish;
  /** Whether the charm may ask for the credential. */
  isTrusted: boolean;
  /** Whether a fault that lets a hook fail may still come. */
  isFaulty: boolean;
  /** Whether nothing went wrong since all was at rest. */
  isCalm: boolean;
  /** Chooses among possible hooks: called with the number of them. */
  pick: (count: number) => number;
}

/** Deploys the charm, and lets no hook run yet. */
export async function openWorld(stage: Stage, { units }: History): Promise<HistoryWorld> {
  const { charm, run } = stage;
  const model = await createModel({
    cloud: cloudOf(stage.lxd, stage.pool.own),
    ...run && { run },
    pick: ({ length }) => world.pick(length),
  });
  const world: HistoryWorld = {
    stage,
    model,
    relations: [],
    removed: [],
    written: new Map(),
    leaving: new Set(),
    allowed: null,
    isTrusted: true,
    isFaulty: false,
    isCalm: true,
    pick: () => 0,
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
  await model.deploy(charm, { name: APPLICATION, units, trust: true });
  return world;
}

/** Gives the units of the charm that are to stay. */
export function stayingUnits({ model, leaving }: HistoryWorld): readonly string[] {
  if (!model.applications().includes(APPLICATION)) return [];
  return model.units(APPLICATION).filter((unit) => !leaving.has(unit));
}

/** Gives the databags of all requirers there are that count. */
export function databags({ model, relations, written }: HistoryWorld): readonly Written[] {
  return relations.flatMap(({ handle: { id: relation }, application, endpoint }) => {
    const read = (name: string): Written =>
      written.get(`${relation} ${name}`) ?? { relation, name, items: [], wish: null };
    const ofApplication = read(application);
    const ofUnits = model.units(application).map(read);
    return endpoint === HTTPS ? fallBack(ofApplication, ofUnits) : [ofApplication, ...ofUnits];
  });
}

/** Over lxd-https, what an application writes goes before what its units do, key by key. */
function fallBack(application: Written, units: readonly Written[]): readonly Written[] {
  const { items, wish } = application;
  if (items.length === 0) return units.map((unit) => ({ ...unit, wish: wish ?? unit.wish }));
  const wishes = units.map((unit) => unit.wish).filter((wish) => wish !== null);
  const joined = wishes.includes("unreadable") ? "unreadable" : [...new Set(wishes.flat())].sort();
  return [{ ...application, wish: wish ?? (wishes.length > 0 ? joined : null) }];
}

/** Gives what the operator allows, where the option can be read. */
export function allowedOf({ allowed }: HistoryWorld): Access {
  return allowed === "unreadable" ? [] : allowed;
}

/** Says whether an entry bears the charm's mark: its name tells a requirer, or that it is shared. */
export function isOurs({ model }: HistoryWorld, { name, type }: TrustEntry): boolean {
  const prefix = `${APPLICATION}@${model.uuid}:`;
  return type === "client" && name.startsWith(prefix) &&
    /^(shared|\d+:[a-z0-9-]+)(:[0-9a-f]{12})?$/.test(name.slice(prefix.length));
}
