/**
 * The state of a history: the charm in a Juju model beside an LXD, and the effects of operations.
 *
 * @module
 */
import { createTestClock } from "../harness/test_clock.ts";
import { APPLICATION } from "../harness/charm.ts";
import { type Deployment, prepare } from "../harness/deployment.ts";
import type { RelationHandle } from "../juju/mod.ts";
import type { TrustEntry } from "../lxd/world.ts";
import type { Access, Written } from "./expected.ts";
import { type History, HOSTILE, HTTPS } from "./history.ts";
import type { Wish } from "./items.ts";
import type { Server } from "./servers.ts";

/** A relation of a history. */
export interface Related {
  readonly handle: RelationHandle;
  /** The requirer's application, and its endpoint. */
  readonly application: string;
  readonly endpoint: string;
}

/** The state of one history. Disposal ends the model. */
export interface HistoryState extends Pick<Deployment, "model" | "prefix">, AsyncDisposable {
  readonly server: Server;
  /** The relations that are not removed. */
  readonly relations: Related[];
  /** The removed relations. Hooks may still run for them. */
  readonly removed: Related[];
  /** The last databags of requirers, by relation and name. */
  readonly written: Map<string, Written>;
  /** Whether each databag of an honest application has certificates of its own. */
  readonly isPrivate: boolean;
  /** The relations whose databags, or units, have changed since the last settling. */
  readonly touched: Set<string>;
  /** The good certificates that honest applications have written, by their index. */
  readonly sent: Set<number>;
  /**
   * Fingerprints of the certificates whose entry the hostile application has got, or shares. What
   * happens to them depends on it.
   */
  readonly tainted: Set<string>;
  /** Removed units of the charm. Hooks may still run on them. */
  readonly leaving: Set<string>;
  /** The option `projects`. */
  allowed: Wish;
  /** Whether Juju trusts the charm with the credential. */
  isTrusted: boolean;
  /** Whether an injected fault may still fail a hook. */
  isFaulty: boolean;
  /** Whether no fault occurred since the last settling. */
  isCalm: boolean;
  /** Chooses the index of a hook among a number of possible hooks. */
  pick: (count: number) => number;
}

/** How a history runs. */
export interface RunOptions {
  /** Whether each databag of an honest application has certificates of its own. @default {false} */
  readonly isPrivate?: boolean;
  /** Called after each settling. */
  readonly onSettled?: (state: HistoryState) => Promise<void>;
}

/** Deploys the charm, and runs no hook. */
export async function startHistory(
  server: Server,
  { units }: History,
  { isPrivate = false }: RunOptions = {},
): Promise<HistoryState> {
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
    isPrivate,
    touched: new Set(),
    sent: new Set(),
    tainted: new Set(),
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

/** Returns the relations of honest applications. */
export function honest({ relations }: HistoryState): readonly Related[] {
  return relations.filter(({ application }) => application !== HOSTILE);
}

/** Returns the units of the charm that are not removed. */
export function stayingUnits({ model, leaving }: HistoryState): readonly string[] {
  if (!model.applications().includes(APPLICATION)) return [];
  return model.units(APPLICATION).filter((unit) => !leaving.has(unit));
}

/** Returns the databags of all requirers that the charm must obey. */
export function databags({ model, relations, written }: HistoryState): readonly Written[] {
  return relations.flatMap(({ handle: { id: relation }, application, endpoint }) => {
    const read = (name: string): Written =>
      written.get(`${relation} ${name}`) ??
        { relation, name, items: [], wish: null, isHttps: endpoint === HTTPS };
    const ofApplication = read(application);
    const ofUnits = model.units(application).map(read);
    return endpoint === HTTPS ? fallBack(ofApplication, ofUnits) : [ofApplication, ...ofUnits];
  });
}

/** Over lxd-https, each key of the application's databag replaces that key of its units. */
function fallBack(application: Written, units: readonly Written[]): readonly Written[] {
  const { items, wish } = application;
  if (items.length === 0) return units.map((unit) => ({ ...unit, wish: wish ?? unit.wish }));
  const wishes = units.map((unit) => unit.wish).filter((wish) => wish !== null);
  const joined = wishes.includes("unreadable") ? "unreadable" : [...new Set(wishes.flat())].sort();
  return [{ ...application, wish: wish ?? (wishes.length > 0 ? joined : null) }];
}

/** Returns the access that the operator allows. An unreadable option allows nothing. */
export function allowedOf({ allowed }: HistoryState): Access {
  return allowed === "unreadable" ? [] : allowed;
}

/** Returns whether an entry has the charm's mark, followed by an owner. */
export function isOurs({ prefix }: HistoryState, { name, type }: TrustEntry): boolean {
  return type === "client" && name.startsWith(prefix) &&
    /^(shared|\d+:[a-z0-9-]+)(:[0-9a-f]{12})?$/.test(name.slice(prefix.length));
}

/** Returns whether an entry of ours is shared. */
export function isShared(state: HistoryState, entry: TrustEntry): boolean {
  return isOurs(state, entry) && entry.name.startsWith(`${state.prefix}shared`);
}
