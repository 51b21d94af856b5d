/**
 * The contract of the interfaces between us and our requirers: what these write, and what the
 * provider must answer. The same table runs against the built charm, and mirrored against the
 * requirer's library.
 *
 * @module
 */

/** A certificate, or a text in place of one, as the table calls it. */
export type Name = "a" | "b" | "c" | "expired" | "weak" | "garbage";

/** Whose databag: a unit's, by its number, or the application's. */
export type Place = number | "application";

/** What a requirer writes. */
export interface Writing {
  /** Where. */
  readonly of: Place;
  /** Its certificates; none is an empty list. */
  readonly certificates: readonly Name[];
  /** The projects it asks for. @default {none in particular} */
  readonly projects?: readonly string[];
  /** How it writes them, where requirers differ. @default {as the specification says} */
  readonly form?: "text" | "serialised twice" | "no key" | "no version";
}

/** A change. */
export type Change =
  | { readonly writes: Writing }
  /** The operator confines all requirers to projects. */
  | { readonly confines: readonly string[] }
  | { readonly adds: "unit" }
  | { readonly removes: "relation" | number };

/** What must be so once all hooks have run. */
export interface Answer {
  /** What LXD trusts, and the relation is told. */
  readonly trusted: readonly Name[];
  /** The projects that these are restricted to. @default {all of LXD} */
  readonly projects?: readonly string[];
  /** What is rejected. @default {nothing} */
  readonly rejected?: readonly Rejected[];
  /** How a requirer that holds these keys, the newest first, must go on. */
  readonly rotation?: {
    readonly keys: readonly Name[];
    readonly use: Name | undefined;
    readonly offer: readonly Name[];
  };
}

/** A rejection. */
export interface Rejected {
  /** Whose databag. */
  readonly of: Place;
  /** What. */
  readonly certificate: Name;
  /** Why. */
  readonly reason: string;
}

/** A change, and what must be so then. */
export type Step = Change & Answer;

/** The history of a relation. */
export interface History {
  /** The requirers that behave so, or the subject. */
  readonly name: string;
  /** The interfaces that it is about. */
  readonly interfaces: readonly InterfaceName[];
  /** Number of units at the beginning. @default {1} */
  readonly units?: number;
  /** Its steps. */
  readonly steps: readonly Step[];
}

/** An interface that we provide. */
export type InterfaceName = "lxd" | "lxd-https";

const BOTH: readonly InterfaceName[] = ["lxd", "lxd-https"];
const EXPIRED = "The certificate expired on 2001-01-01";
const WEAK = "The RSA key has 1024 bits: LXD asks for at least 2048";
const GARBAGE = "The text holds no PEM certificate";
const ONLY_WEB = 'The operator allows the projects web, not "db"';

/** The table. */
export const HISTORIES: readonly History[] = [
  {
    name: "a certificate in the unit's databag, written on joined and never changed",
    interfaces: BOTH,
    steps: [
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      { removes: "relation", trusted: [] },
    ],
  },
  {
    name: "a fresh certificate on every joined, in place of the one before (Anbox Cloud's AMS)",
    interfaces: BOTH,
    steps: [
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      { writes: { of: 0, certificates: ["b"] }, trusted: ["b"] },
      { writes: { of: 0, certificates: ["c"] }, trusted: ["c"] },
      { writes: { of: 0, certificates: ["c"] }, trusted: ["c"] },
    ],
  },
  {
    name: "several units that wait until every node lists them (the original's tester)",
    interfaces: BOTH,
    units: 2,
    steps: [
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      { writes: { of: 1, certificates: ["b"] }, trusted: ["a", "b"] },
      { adds: "unit", trusted: ["a", "b"] },
      { writes: { of: 2, certificates: ["c"] }, trusted: ["a", "b", "c"] },
      { removes: 0, trusted: ["b", "c"] },
      { removes: "relation", trusted: [] },
    ],
  },
  {
    name: "the application's databag",
    interfaces: ["lxd"],
    steps: [
      { writes: { of: "application", certificates: ["a"] }, trusted: ["a"] },
      { writes: { of: "application", certificates: ["b"] }, trusted: ["b"] },
      { writes: { of: 0, certificates: ["a", "b"] }, trusted: ["a", "b"] },
      { writes: { of: "application", certificates: [] }, trusted: ["a", "b"] },
    ],
  },
  {
    name: "rotation without a gap",
    interfaces: ["lxd"],
    steps: [
      {
        writes: { of: 0, certificates: ["a"] },
        trusted: ["a"],
        rotation: { keys: ["b", "a"], use: "a", offer: ["b", "a"] },
      },
      {
        writes: { of: 0, certificates: ["b", "a"] },
        trusted: ["a", "b"],
        rotation: { keys: ["b", "a"], use: "b", offer: ["b"] },
      },
      {
        writes: { of: 0, certificates: ["b"] },
        trusted: ["b"],
        rotation: { keys: ["b"], use: "b", offer: ["b"] },
      },
    ],
  },
  {
    name: "rotation to a certificate that is rejected: the one before stays in use",
    interfaces: ["lxd"],
    steps: [
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      {
        writes: { of: 0, certificates: ["expired", "a"] },
        trusted: ["a"],
        rejected: [{ of: 0, certificate: "expired", reason: EXPIRED }],
        rotation: { keys: ["expired", "a"], use: "a", offer: ["expired", "a"] },
      },
      {
        writes: { of: 0, certificates: ["b", "expired", "a"] },
        trusted: ["a", "b"],
        rejected: [{ of: 0, certificate: "expired", reason: EXPIRED }],
        rotation: { keys: ["b", "expired", "a"], use: "b", offer: ["b"] },
      },
      { writes: { of: 0, certificates: ["b"] }, trusted: ["b"] },
    ],
  },
  {
    name: "withdrawal, by an empty list and by no key, and back again",
    interfaces: ["lxd"],
    steps: [
      { writes: { of: 0, certificates: ["a", "b"] }, trusted: ["a", "b"] },
      {
        writes: { of: 0, certificates: [] },
        trusted: [],
        rotation: { keys: ["a"], use: undefined, offer: ["a"] },
      },
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      { writes: { of: 0, certificates: [], form: "no key" }, trusted: [] },
    ],
  },
  {
    name: "rejection, beside what is good, and mending",
    interfaces: ["lxd"],
    units: 2,
    steps: [
      {
        writes: { of: 0, certificates: ["expired"] },
        trusted: [],
        rejected: [{ of: 0, certificate: "expired", reason: EXPIRED }],
      },
      {
        writes: { of: 1, certificates: ["garbage", "a", "weak"] },
        trusted: ["a"],
        rejected: [
          { of: 0, certificate: "expired", reason: EXPIRED },
          { of: 1, certificate: "garbage", reason: GARBAGE },
          { of: 1, certificate: "weak", reason: WEAK },
        ],
      },
      {
        writes: { of: 0, certificates: ["b"] },
        trusted: ["a", "b"],
        rejected: [
          { of: 1, certificate: "garbage", reason: GARBAGE },
          { of: 1, certificate: "weak", reason: WEAK },
        ],
      },
      { removes: 1, trusted: ["b"] },
    ],
  },
  {
    name: "projects narrowed and widened by the requirer",
    interfaces: ["lxd"],
    steps: [
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      {
        writes: { of: 0, certificates: ["a"], projects: ["web"] },
        trusted: ["a"],
        projects: ["web"],
      },
      {
        writes: { of: 0, certificates: ["a", "b"], projects: ["db", "web"] },
        trusted: ["a", "b"],
        projects: ["db", "web"],
      },
      { writes: { of: 0, certificates: ["b"] }, trusted: ["b"] },
    ],
  },
  {
    name: "projects narrowed by the operator, whom a requirer cannot overrule",
    interfaces: BOTH,
    steps: [
      {
        writes: { of: 0, certificates: ["a"], projects: ["db"] },
        trusted: ["a"],
        projects: ["db"],
      },
      {
        confines: ["web"],
        trusted: [],
        rejected: [{ of: 0, certificate: "a", reason: ONLY_WEB }],
      },
      {
        writes: { of: 0, certificates: ["a"], projects: ["web"] },
        trusted: ["a"],
        projects: ["web"],
      },
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"], projects: ["web"] },
    ],
  },
  {
    name: "the forms of other requirers: one text, and a list serialised twice",
    interfaces: ["lxd"],
    steps: [
      { writes: { of: 0, certificates: ["a"], form: "text" }, trusted: ["a"] },
      {
        writes: { of: 0, certificates: ["b", "c"], form: "serialised twice" },
        trusted: ["b", "c"],
      },
    ],
  },
  {
    name: "the application's databag, which stands for those of its units",
    interfaces: ["lxd-https"],
    units: 2,
    steps: [
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      { writes: { of: "application", certificates: ["b"] }, trusted: ["b"] },
      { writes: { of: 1, certificates: ["c"] }, trusted: ["b"] },
      { removes: 0, trusted: ["b"] },
      { writes: { of: "application", certificates: [], form: "no key" }, trusted: ["c"] },
    ],
  },
  {
    name: "a databag without the version, which is ignored",
    interfaces: ["lxd-https"],
    steps: [
      { writes: { of: 0, certificates: ["a"], form: "no version" }, trusted: [] },
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      { writes: { of: 0, certificates: [] }, trusted: [] },
      { writes: { of: 0, certificates: ["b"] }, trusted: ["b"] },
      { writes: { of: 0, certificates: ["b"], form: "no version" }, trusted: [] },
    ],
  },
  {
    name: "one rejection beside what is good, and mending",
    interfaces: ["lxd-https"],
    units: 2,
    steps: [
      {
        writes: { of: 0, certificates: ["expired"] },
        trusted: [],
        rejected: [{ of: 0, certificate: "expired", reason: EXPIRED }],
      },
      {
        writes: { of: 1, certificates: ["a"] },
        trusted: ["a"],
        rejected: [{ of: 0, certificate: "expired", reason: EXPIRED }],
      },
      { writes: { of: 0, certificates: ["b"] }, trusted: ["a", "b"] },
      {
        writes: { of: 1, certificates: ["garbage"] },
        trusted: ["b"],
        rejected: [{ of: 1, certificate: "garbage", reason: GARBAGE }],
      },
    ],
  },
  {
    name: "projects changed while the relation lasts",
    interfaces: ["lxd-https"],
    steps: [
      {
        writes: { of: 0, certificates: ["a"], projects: ["web"] },
        trusted: ["a"],
        projects: ["web"],
      },
      {
        writes: { of: 0, certificates: ["b"], projects: ["db", "web"] },
        trusted: ["b"],
        projects: ["db", "web"],
      },
      { writes: { of: 0, certificates: ["b"] }, trusted: ["b"] },
    ],
  },
];
