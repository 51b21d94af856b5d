/**
 * What the bench measures: hooks, beside requirers of several layouts and sizes.
 *
 * @module
 */

/** The kinds of hooks, in the order in which a deployment runs them. */
export const KINDS = [
  /** update-status with nothing registered yet. */
  "register",
  "update-status",
  "config-changed",
  /** One certificate of the requirer gives way to another. */
  "relation-changed",
  /** config-changed without `juju trust`. */
  "blocked",
  "relation-departed",
  "relation-broken",
  /** The end of the last unit, with all entries left in LXD. */
  "stop",
] as const;

/** A kind of hook. */
export type Kind = typeof KINDS[number];

/** The layouts of the certificates. */
export const LAYOUTS = {
  /** All in the databag of one unit. */
  databag: "in one databag",
  /** One in the databag that the hook is about, the others in those of further applications. */
  store: "in the trust store, one in the hook's databag",
  /** Each of another application. */
  relations: "over as many relations",
  /** Each of another unit of one application. */
  units: "over as many units",
} as const;

/** A layout of certificates. */
export type Layout = keyof typeof LAYOUTS;

/** A deployment to measure. */
export interface Scenario {
  /** Where the certificates are. */
  readonly layout: Layout;
  /** Number of the certificates. */
  readonly size: number;
  /** Number of LXD's members. */
  readonly members: 1 | 3;
}

/** One hook to measure in a deployment. */
export interface Case extends Scenario {
  /** The hook. */
  readonly kind: Kind;
  /** Milliseconds that Juju's agent takes to answer one tool. */
  readonly toolDelayMs: number;
}

/** An application to relate. */
export interface Requirers {
  /** Number of its units. */
  readonly units: number;
  /** Number of certificates in the databag of each. */
  readonly certificates: number;
}

/** Certificates that one requirer may offer. */
const MAXIMUM_OFFER = 100;

const SCENARIOS: readonly Scenario[] = [
  ...scenarios("databag", 1, 10, 100),
  ...scenarios("store", 10, 100, 1000),
  ...scenarios("relations", 10, 60),
  ...scenarios("units", 10, 100),
  { layout: "databag", size: 1, members: 3 },
  { layout: "databag", size: 100, members: 3 },
];

/** What is also measured with slower and faster tools. */
const DELAYED: readonly (readonly [Layout, number])[] = [["databag", 1], ["relations", 60]];
const DELAYED_KINDS: readonly Kind[] = ["update-status", "relation-changed"];
const DELAYS_MS = [1, 20, 100];

/**
 * Lists all cases.
 *
 * @param toolDelayMs What a tool takes where nothing else is said.
 */
export function casesOf(toolDelayMs: number): readonly Case[] {
  return SCENARIOS.flatMap((scenario) => [
    ...KINDS.map((kind) => ({ ...scenario, kind, toolDelayMs })),
    ...DELAYED.some(([layout, size]) =>
        scenario.layout === layout && scenario.size === size && scenario.members === 1
      )
      ? DELAYED_KINDS.flatMap((kind) =>
        DELAYS_MS.filter((ms) => ms !== toolDelayMs)
          .map((ms) => ({ ...scenario, kind, toolDelayMs: ms }))
      )
      : [],
  ]);
}

/**
 * Names a case.
 *
 * @example A hook about a full databag, with a cluster
 * ```ts
 * import assert from "node:assert/strict";
 * const scenario = { layout: "databag", size: 100, members: 3 } as const;
 * const name = nameOf({ ...scenario, kind: "relation-changed", toolDelayMs: 10 });
 * assert.equal(name, "relation-changed/databag/100/members=3/tool=10");
 * ```
 */
export function nameOf({ kind, layout, size, members, toolDelayMs }: Case): string {
  const cluster = members === 1 ? "" : `/members=${members}`;
  return `${kind}/${layout}/${size}${cluster}/tool=${toolDelayMs}`;
}

/**
 * Lists the applications of a scenario. The hooks are about the first unit of the first one.
 *
 * @example 210 certificates in the trust store
 * ```ts
 * import assert from "node:assert/strict";
 * const requirers = requirersOf({ layout: "store", size: 210, members: 1 });
 * assert.deepEqual(requirers.map(({ certificates }) => certificates), [1, 100, 100, 9]);
 * ```
 */
export function requirersOf({ layout, size }: Scenario): readonly Requirers[] {
  switch (layout) {
    case "databag":
      return [{ units: 1, certificates: size }];
    case "relations":
      return Array.from({ length: size }, () => ({ units: 1, certificates: 1 }));
    case "units":
      return [{ units: size, certificates: 1 }];
    case "store": {
      const others = Math.ceil((size - 1) / MAXIMUM_OFFER);
      return [
        { units: 1, certificates: 1 },
        ...Array.from({ length: others }, (_, index) => ({
          units: 1,
          certificates: Math.min(MAXIMUM_OFFER, size - 1 - index * MAXIMUM_OFFER),
        })),
      ];
    }
  }
}

function scenarios(layout: Layout, ...sizes: readonly number[]): readonly Scenario[] {
  return sizes.map((size) => ({ layout, size, members: 1 }));
}
