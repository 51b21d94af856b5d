/**
 * Histories: operations on a model and an LXD as plain data, which a property-testing library
 * generates and shrinks. A number chooses among the things that exist at that moment. An impossible
 * operation does nothing.
 *
 * @module
 */
import fc from "fast-check";
import { hostileItems, hostileWish, type Item, item, projects, type Wish, wish } from "./items.ts";

/** Names of the honest applications that relate to the charm, each at up to three endpoints. */
export const APPLICATIONS = ["web", "jobs"] as const;

/** Name of the hostile application, which relates to the charm at up to three endpoints, too. */
export const HOSTILE = "evil";

/** The endpoints of each application. The last one speaks `lxd-https`. */
export const ENDPOINTS = ["lxd", "backup", "https"] as const;

/** The endpoint that speaks `lxd-https`, on both sides. */
export const HTTPS = "https";

/** Largest number of the charm's units. */
export const MAXIMUM_UNITS = 3;

/** Kinds of the stand-in's faults. */
export const LXD_FAULTS = ["reset", "act-then-reset", "malformed", "status"] as const;

/** Names that an outsider gives to entries. */
export const NAMES = [
  "mallory",
  "similar application",
  "other model",
  "longer name",
  "orphan",
] as const;

/** One operation of a history. */
export type Operation =
  /** Hooks run. Each number chooses among the possible hooks. */
  | { readonly kind: "run"; readonly picks: readonly number[] }
  /** The operator repairs everything, and all hooks run. */
  | { readonly kind: "settle" }
  | { readonly kind: "relate"; readonly application: number; readonly endpoint: number }
  | { readonly kind: "unrelate"; readonly relation: number; readonly force: boolean }
  | { readonly kind: "remove application"; readonly application: number; readonly force: boolean }
  | { readonly kind: "add requirer"; readonly application: number }
  | { readonly kind: "remove requirer"; readonly application: number; readonly unit: number }
  /** The application (0) or a unit writes its databag. */
  | {
    readonly kind: "write";
    readonly relation: number;
    readonly of: number;
    readonly items: readonly Item[];
    readonly wish: Wish;
  }
  /** The hostile application relates to the charm, if it does not yet, and writes a databag. */
  | {
    readonly kind: "attack";
    readonly endpoint: number;
    readonly of: number;
    readonly items: readonly Item[];
    readonly wish: Wish;
  }
  /** The hostile application breaks a relation, or goes. */
  | {
    readonly kind: "retreat";
    readonly relation: number;
    readonly isWhole: boolean;
    readonly force: boolean;
  }
  | { readonly kind: "add unit" }
  | { readonly kind: "remove unit"; readonly unit: number; readonly force: boolean }
  /** The leader's lease goes to another unit. */
  | { readonly kind: "lead"; readonly unit: number }
  | { readonly kind: "remove leader"; readonly force: boolean }
  | { readonly kind: "trust" }
  | { readonly kind: "untrust" }
  | { readonly kind: "LXD down" }
  | { readonly kind: "LXD up" }
  /** The option `projects`. */
  | { readonly kind: "allow"; readonly projects: Wish }
  | { readonly kind: "update-status"; readonly unit: number }
  /** An outsider adds an entry with a good certificate, which requirers may also want. */
  | {
    readonly kind: "intrude";
    readonly which: number;
    readonly name: number;
    readonly projects: readonly string[] | null;
    readonly metrics: boolean;
  }
  /** An outsider removes any entry. */
  | { readonly kind: "distrust"; readonly entry: number }
  | { readonly kind: "rename"; readonly entry: number; readonly name: number }
  | {
    readonly kind: "restrict";
    readonly entry: number;
    readonly projects: readonly string[] | null;
  }
  | { readonly kind: "fail tool"; readonly tool: number; readonly nth: number }
  | { readonly kind: "kill"; readonly call: number }
  | { readonly kind: "lose leadership" }
  | {
    readonly kind: "fail LXD";
    readonly method: number;
    readonly fault: number;
    readonly times: number;
  };

/** A history. */
export interface History {
  /** Units of the charm at the beginning. */
  readonly units: number;
  /** Relations at the beginning. */
  readonly relations: number;
  /** Seed for the choice of hooks while the model settles. 0 always chooses the first hook. */
  readonly order: number;
  /** The operations in order. A null does nothing. */
  readonly operations: readonly (Operation | null)[];
}

/** Operations without faults. After these alone, all units publish the same at rest. */
export const CALM: readonly Operation["kind"][] = [
  "relate",
  "unrelate",
  "remove application",
  "add requirer",
  "remove requirer",
  "write",
  "attack",
  "retreat",
  "add unit",
  "remove unit",
  "lead",
  "remove leader",
  "update-status",
];

const number = fc.nat(11);
// Often one unit runs several hooks in a row, so that the units know different things.
const picks = fc.oneof(
  fc.array(number, { minLength: 1, maxLength: 8 }),
  fc.tuple(number, fc.integer({ min: 1, max: 12 }))
    .map(([pick, times]) => Array.from({ length: times }, () => pick)),
);
const rarely = fc.nat(3).map((value) => value === 3);
const access = fc.oneof(fc.constant(null), projects);

/** Returns the arbitrary of one kind of operation, with its weight. */
function some<K extends Operation["kind"]>(
  weight: number,
  kind: K,
  fields: Fields<Extract<Operation, { readonly kind: K }>>,
): fc.WeightedArbitrary<Operation> {
  const arbitrary = fc.record({ kind: fc.constant(kind), ...fields });
  return { weight, arbitrary: arbitrary as fc.Arbitrary<unknown> as fc.Arbitrary<Operation> };
}

type Fields<T> = { readonly [P in Exclude<keyof T, "kind">]: fc.Arbitrary<T[P]> };

const calm = [
  some(30, "run", { picks }),
  some(5, "settle", {}),
  some(4, "relate", { application: number, endpoint: number }),
  some(2, "unrelate", { relation: number, force: rarely }),
  some(1, "remove application", { application: number, force: rarely }),
  some(4, "add requirer", { application: number }),
  some(3, "remove requirer", { application: number, unit: number }),
  some(32, "write", {
    relation: number,
    of: number,
    items: fc.array(item, { maxLength: 3 }),
    wish,
  }),
  some(12, "attack", { endpoint: number, of: number, items: hostileItems, wish: hostileWish }),
  some(2, "retreat", { relation: number, isWhole: rarely, force: rarely }),
  some(4, "add unit", {}),
  some(2, "remove unit", { unit: number, force: rarely }),
  some(8, "lead", { unit: number }),
  some(2, "remove leader", { force: rarely }),
  some(3, "update-status", { unit: number }),
];

const meddling = [
  some(2, "intrude", { which: number, name: number, projects: access, metrics: rarely }),
  some(2, "distrust", { entry: number }),
  some(2, "rename", { entry: number, name: number }),
  some(2, "restrict", { entry: number, projects: access }),
];

const disturbing = [
  some(1, "trust", {}),
  some(1, "untrust", {}),
  some(1, "LXD down", {}),
  some(2, "LXD up", {}),
  some(4, "allow", { projects: wish }),
  some(2, "fail tool", { tool: number, nth: fc.integer({ min: 1, max: 4 }) }),
  some(3, "kill", { call: fc.integer({ min: 1, max: 24 }) }),
  some(1, "lose leadership", {}),
];

const failures = [
  some(3, "fail LXD", { method: number, fault: number, times: fc.integer({ min: 1, max: 3 }) }),
];

/** Options of generated histories. */
export interface HistoryOptions {
  /** Largest number of operations. */
  readonly length: number;
  /** Largest number of the charm's units at the beginning. */
  readonly units: number;
  /** Whether LXD is a stand-in, which can fail requests. */
  readonly canFail: boolean;
  /** Whether an outsider changes the trust store. @default {true} */
  readonly canMeddle?: boolean;
}

/** Generates histories. */
export function histories(
  { length, units, canFail, canMeddle = true }: HistoryOptions,
): fc.Arbitrary<History> {
  // The library can leave out any operation, which quickly shortens a failing history.
  const any = (...kinds: fc.WeightedArbitrary<Operation>[]) =>
    fc.array(fc.option(fc.oneof(...kinds), { freq: 20 }), {
      minLength: 1,
      maxLength: length,
      size: "max",
    });
  return fc.record({
    units: fc.integer({ min: 1, max: units }),
    relations: fc.nat(APPLICATIONS.length * ENDPOINTS.length),
    order: fc.nat(),
    operations: fc.oneof(
      {
        weight: 3,
        arbitrary: any(
          ...calm,
          ...disturbing,
          ...canMeddle ? meddling : [],
          ...canFail ? failures : [],
        ),
      },
      { weight: 1, arbitrary: any(...calm) },
    ),
  });
}
