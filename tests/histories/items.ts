/**
 * What applications write into their databags, as plain data. A hostile application writes more.
 *
 * @module
 */
import fc from "fast-check";

/** Names of the projects that LXD has. */
export const PROJECTS = ["db", "dev", "web"] as const;

/** A project that LXD lacks. */
export const NO_PROJECT = "no-such";

/** Number of good certificates: so few that requirers share them. */
export const GOOD_CERTIFICATES = 3;

/** Number of certificates in a flood, which is more than the charm takes of one databag. */
export const FLOOD = 102;

/** Number of names of projects that is more than the charm takes. */
export const MANY_PROJECTS = 65;

/** An item of the list `client_certificates`, or in place of the certificate of `lxd-https`. */
export type Item =
  /** A good certificate. Its lines end with LF or with CRLF. */
  | { readonly kind: "good"; readonly which: number; readonly crlf: boolean }
  /** A certificate that must not be registered. */
  | { readonly kind: "expired" | "own" }
  /** No certificate. */
  | { readonly kind: "text" | "number" | "key" }
  /** NUL, and characters that cannot be seen. */
  | { readonly kind: "control" }
  /** An authority with the certificate that it signed, as one text. */
  | { readonly kind: "chain" }
  /** More certificates than the charm takes of one databag, as one text. */
  | { readonly kind: "flood" }
  /** A text that is longer than the charm takes. */
  | { readonly kind: "long" };

/** A requirer's `projects`, or null for no such key. */
export type Wish = readonly string[] | null | "unreadable";

/** Names of projects, at least one. */
export const projects: fc.Arbitrary<readonly string[]> = fc.subarray([...PROJECTS], {
  minLength: 1,
});

/** What honest applications ask for. */
export const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(null) },
  { weight: 7, arbitrary: projects },
  { weight: 1, arbitrary: fc.constant("unreadable" as const) },
);

const good: fc.Arbitrary<Item> = fc.record({
  kind: fc.constant("good" as const),
  which: fc.nat(GOOD_CERTIFICATES - 1),
  crlf: fc.boolean(),
});

const useless = (["expired", "own", "text", "number", "key"] as const).map((kind) => ({ kind }));

/** What honest applications send. */
export const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 12, arbitrary: good },
  { weight: 1, arbitrary: fc.constantFrom<Item>(...useless) },
);

/** What a hostile application sends: mostly the certificates of others. */
export const hostileItems: fc.Arbitrary<readonly Item[]> = fc.array(
  fc.oneof(
    {
      weight: 16,
      arbitrary: fc.tuple(good, fc.nat(11)).map(([one, which]) => ({ ...one, which })),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom<Item>(...useless, { kind: "control" }, { kind: "chain" }),
    },
    { weight: 1, arbitrary: fc.constantFrom<Item>({ kind: "flood" }, { kind: "long" }) },
  ),
  { maxLength: 4 },
);

/** What a hostile application asks for: also what LXD lacks, and more names than it may. */
export const hostileWish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 6, arbitrary: wish },
  { weight: 6, arbitrary: projects },
  { weight: 2, arbitrary: projects.map((names) => [...names, NO_PROJECT].sort()) },
  {
    weight: 1,
    arbitrary: fc.constant(Array.from({ length: MANY_PROJECTS }, (_, index) => `project${index}`)),
  },
);
