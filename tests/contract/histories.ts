/**
 * The contract of the interfaces between this charm and its requirers: a table of databags that
 * requirers write, and of the provider's answers. The table runs against the built charm, and
 * mirrored against the library for requirers.
 *
 * @module
 */

/** The table's name for a certificate, or for a text in place of one. */
export type Name = "a" | "b" | "c" | "expired" | "weak" | "garbage";

/** A databag: of a unit, by its number, or of the application. */
export type Place = number | "application";

/** A write of a requirer. */
export interface Writing {
  /** The databag. */
  readonly of: Place;
  /** The certificates. May be empty. */
  readonly certificates: readonly Name[];
  /** The projects. @default {no key} */
  readonly projects?: readonly string[];
  /** The form of some requirers. @default {the form of the specification} */
  readonly form?: "text" | "serialised twice" | "no key" | "no version";
}

/** A change to a relation. */
export type Change =
  | { readonly writes: Writing }
  /** The operator restricts all requirers to projects. */
  | { readonly confines: readonly string[] }
  | { readonly adds: "unit" }
  | { readonly removes: "relation" | number };

/** The expected state after all hooks. */
export interface Answer {
  /** The certificates that LXD trusts and the provider publishes. */
  readonly trusted: readonly Name[];
  /** The projects of their entries. @default {all of LXD} */
  readonly projects?: readonly string[];
  /** The rejections. @default {none} */
  readonly rejected?: readonly Rejected[];
  /** The next step of a requirer's rotation that has these keys, newest first. */
  readonly rotation?: {
    readonly keys: readonly Name[];
    readonly use: Name | undefined;
    readonly offer: readonly Name[];
  };
}

/** A rejection. */
export interface Rejected {
  /** The databag with the certificate. */
  readonly of: Place;
  /** The rejected certificate. */
  readonly certificate: Name;
  /** The code of the reason. */
  readonly code: string;
  /** The reason. */
  readonly reason: string;
}

/** A change, and the expected state after it. */
export type Step = Change & Answer;

/** The history of a relation. */
export interface History {
  /** The requirers that behave like this, or the subject. */
  readonly name: string;
  /** The interfaces with this history. */
  readonly interfaces: readonly InterfaceName[];
  /** Number of units at the beginning. @default {1} */
  readonly units?: number;
  /** Its steps. */
  readonly steps: readonly Step[];
}

/** An interface of this charm. */
export type InterfaceName = "lxd" | "lxd-https";

const BOTH: readonly InterfaceName[] = ["lxd", "lxd-https"];
const EXPIRED = { code: "expired", reason: "The certificate expired on 2001-01-01" };
const WEAK = {
  code: "key-size",
  reason: "The RSA key has 1024 bits: LXD asks for at least 2048",
};
const GARBAGE = { code: "not-certificate", reason: "The text holds no PEM certificate" };
const ONLY_WEB = {
  code: "project-not-allowed",
  reason: 'The operator allows the projects web, not "db"',
};

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
    name: "a fresh certificate on every joined replaces the former one (Anbox Cloud's AMS)",
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
    name: "rotation to a rejected certificate: the former one stays in use",
    interfaces: ["lxd"],
    steps: [
      { writes: { of: 0, certificates: ["a"] }, trusted: ["a"] },
      {
        writes: { of: 0, certificates: ["expired", "a"] },
        trusted: ["a"],
        rejected: [{ of: 0, certificate: "expired", ...EXPIRED }],
        rotation: { keys: ["expired", "a"], use: "a", offer: ["expired", "a"] },
      },
      {
        writes: { of: 0, certificates: ["b", "expired", "a"] },
        trusted: ["a", "b"],
        rejected: [{ of: 0, certificate: "expired", ...EXPIRED }],
        rotation: { keys: ["b", "expired", "a"], use: "b", offer: ["b"] },
      },
      { writes: { of: 0, certificates: ["b"] }, trusted: ["b"] },
    ],
  },
  {
    name: "withdrawal by an empty list and by a missing key, and a return",
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
    name: "rejections beside good certificates, and their repair",
    interfaces: ["lxd"],
    units: 2,
    steps: [
      {
        writes: { of: 0, certificates: ["expired"] },
        trusted: [],
        rejected: [{ of: 0, certificate: "expired", ...EXPIRED }],
      },
      {
        writes: { of: 1, certificates: ["garbage", "a", "weak"] },
        trusted: ["a"],
        rejected: [
          { of: 0, certificate: "expired", ...EXPIRED },
          { of: 1, certificate: "garbage", ...GARBAGE },
          { of: 1, certificate: "weak", ...WEAK },
        ],
      },
      {
        writes: { of: 0, certificates: ["b"] },
        trusted: ["a", "b"],
        rejected: [
          { of: 1, certificate: "garbage", ...GARBAGE },
          { of: 1, certificate: "weak", ...WEAK },
        ],
      },
      { removes: 1, trusted: ["b"] },
    ],
  },
  {
    name: "projects that the requirer narrows and widens",
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
    name: "projects that the operator narrows, and no requirer can widen",
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
        rejected: [{ of: 0, certificate: "a", ...ONLY_WEB }],
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
    name: "the application's databag, which replaces the databags of its units",
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
    name: "one rejection beside a good certificate, and its repair",
    interfaces: ["lxd-https"],
    units: 2,
    steps: [
      {
        writes: { of: 0, certificates: ["expired"] },
        trusted: [],
        rejected: [{ of: 0, certificate: "expired", ...EXPIRED }],
      },
      {
        writes: { of: 1, certificates: ["a"] },
        trusted: ["a"],
        rejected: [{ of: 0, certificate: "expired", ...EXPIRED }],
      },
      { writes: { of: 0, certificates: ["b"] }, trusted: ["a", "b"] },
      {
        writes: { of: 1, certificates: ["garbage"] },
        trusted: ["b"],
        rejected: [{ of: 1, certificate: "garbage", ...GARBAGE }],
      },
    ],
  },
  {
    name: "projects that change while the relation lasts",
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
