/**
 * The state of a history: the charm in a Juju model beside an LXD, and what is true of both.
 *
 * @module
 */
import { createTestClock } from "../harness/test_clock.ts";
import { APPLICATION } from "../harness/charm.ts";
import { type Deployment, prepare } from "../harness/deployment.ts";
import type { RelationHandle } from "../juju/mod.ts";
import type { TrustEntry } from "../lxd/world.ts";
import type { Access, Written } from "./expected.ts";
import { type History, HTTPS, type Wish } from "./history.ts";
import type { Server } from "./servers.ts";

/** A relation that was made. */
export interface Related {
  readonly handle: RelationHandle;
  /** The requirer's application, and its endpoint. */
  readonly application: string;
  readonly endpoint: string;
}

/** The state of one history. Disposal ends the model. */
export interface HistoryState extends Pick<Deployment, "model" | "prefix">, AsyncDisposable {
  readonly server: Server;
  /** The relations that nobody has removed yet. */
  readonly relations: Related[];
  /** Those that were removed, as long as hooks may still run for them. */
  readonly removed: Related[];
  /** The last databags of requirers, by relation and name. */
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
export async function startHistory(server: Server, { units }: History): Promise<HistoryState> {
  const { running, lxd, certificates } = server;
  const deployment = await prepare(lxd, {
    clock: createTestClock(),
    running,
    clients: { credential: certificates.own },
    model: { pick: ({ length }) => state.pick(length) },
  });
  const { model, prefix } = deployment;
  const state: HistoryState = {
    server,
    model,
    prefix,
    relations: [],
    removed: [],
    written: new Map(),
    leaving: new Set(),
    allowed: null,
    isTrusted: true,
    isFaulty: false,
    isCalm: true,
    pick: () => 0,
    [Symbol.asyncDispose]: () => deployment[Symbol.asyncDispose](),
  };
  await model.deploy(deployment.charm, { name: APPLICATION, units, trust: true });
  return state;
}

/** Gives the units of the charm that are to stay. */
export function stayingUnits({ model, leaving }: HistoryState): readonly string[] {
  if (!model.applications().includes(APPLICATION)) return [];
  return model.units(APPLICATION).filter((unit) => !leaving.has(unit));
}

/** Gives the databags of all requirers there are that count. */
export function databags({ model, relations, written }: HistoryState): readonly Written[] {
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
export function allowedOf({ allowed }: HistoryState): Access {
  return allowed === "unreadable" ? [] : allowed;
}

/** Whether an entry bears the charm's mark: its name tells a requirer, or that it is shared. */
export function isOurs({ prefix }: HistoryState, { name, type }: TrustEntry): boolean {
  return type === "client" && name.startsWith(prefix) &&
    /^(shared|\d+:[a-z0-9-]+)(:[0-9a-f]{12})?$/.test(name.slice(prefix.length));
}
