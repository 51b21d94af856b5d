import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { createMark } from "./owner.ts";
import { plan, type Revocable, type Situation } from "./plan.ts";
import { effectOf, type Step } from "./step.ts";
import { ownerOf, type TrustEntry, type TrustStore } from "./trust_store.ts";
import type { Want } from "./want.ts";

const mark = createMark("lxd", "uuid");

/** A fingerprint to be read: the hexadecimal digits of an id. */
const fingerprintOf = (id: string): Fingerprint =>
  Buffer.from(id).toString("hex").padEnd(64, "0") as Fingerprint;
const idOf = (fingerprint: string): string =>
  Buffer.from(fingerprint, "hex").toString().replaceAll("\0", "");

const ourFingerprint = fingerprintOf("own");
// The names of entries, without the digits that each ends in.
const AMS0 = "lxd@uuid:3:ams-0";
const AMS1 = "lxd@uuid:3:ams-1";
const OTHER = "lxd@uuid:4:other-0";
const SHARED = "lxd@uuid:shared";
const FOREIGN = "by hand";

const certificate = (id: string): Certificate => ({
  fingerprint: fingerprintOf(id),
  pem: `pem ${id}`,
  der: `der ${id}`,
});

/** A want of `a` by `ams/0`, unless told otherwise. */
function want(
  name = "ams/0",
  projects: readonly string[] | null = null,
  { id = "a", relation = name.startsWith("ams") ? "3" : "4" } = {},
): Want {
  return { requirer: { relation, name }, certificate: certificate(id), text: "", projects };
}

/** Gives a name the digits of a fingerprint, if it is one of ours. */
function named(name: string, id: string): string {
  return /^lxd@uuid:(shared|\d)/.test(name) ? `${name}:${fingerprintOf(id).slice(0, 12)}` : name;
}

/** An entry of `a`, unless told otherwise. */
function entry(
  name: string,
  projects: readonly string[] | null = null,
  { id = "a", type = "client" } = {},
): TrustEntry {
  return {
    fingerprint: fingerprintOf(id),
    name: named(name, id),
    type,
    projects,
    certificate: `pem ${id}`,
  };
}

function store(entries: readonly TrustEntry[]): TrustStore {
  return new Map(entries.map((entry) => [entry.fingerprint, entry]));
}

const AMS0_ONLY: Revocable = { kind: "requirer", requirer: { relation: "3", name: "ams/0" } };
const ALL: Revocable = { kind: "all" };

// Whether the wants of every requirer there is are known.
const SOME = false;
const EVERYONE = true;

function steps(
  wants: readonly Want[],
  entries: readonly TrustEntry[],
  {
    revocable = AMS0_ONLY,
    complete = revocable === ALL ? EVERYONE : SOME,
    allowed = null,
    contested = [],
  }: Partial<Pick<Situation, "revocable" | "complete" | "allowed" | "contested">> = {},
): readonly Step[] {
  return plan({
    wants,
    contested,
    complete,
    trustStore: store(entries),
    revocable,
    allowed,
    mark,
    ourFingerprint,
  });
}

/** Steps in short, with the names without their digits: `rename a NAME`. */
function brief(...situation: Parameters<typeof steps>): readonly string[] {
  return steps(...situation).map((step) => {
    const id = idOf(step.fingerprint);
    const projects = "projects" in step ? [`[${step.projects ?? "all"}]`] : [];
    const name = "name" in step ? [step.name.replace(/:[0-9a-f]{12}$/, "")] : [];
    if ("name" in step) assert.equal(step.name, named(name.join(), id), "its digits");
    return [step.kind, id, ...name, ...projects].join(" ");
  });
}

Deno.test("plan() adds what is new, with the certificate and its restriction", () => {
  assert.deepEqual(steps([want("ams/0", ["p"])], []), [{
    kind: "add",
    fingerprint: fingerprintOf("a"),
    name: named(AMS0, "a"),
    certificate: certificate("a"),
    projects: ["p"],
  }]);
});

Deno.test("plan() adds first and revokes last", () => {
  const wants = [
    want("ams/0", ["p"]),
    want("other/0", null, { id: "b" }),
    want("ams/0", null, { id: "c" }),
  ];
  const entries = [entry(AMS0, null, { id: "x" }), entry(AMS0), entry(AMS1, null, { id: "b" })];
  assert.deepEqual(brief(wants, entries, { revocable: ALL }), [
    `add c ${AMS0} [all]`,
    "restrict a [p]",
    `rename b ${OTHER}`,
    `revoke x ${AMS0}`,
  ]);
});

Deno.test.each([
  { what: "one requirer, twice", wants: [want(), want()], expected: `add a ${AMS0} [all]` },
  { what: "an application", wants: [want("ams")], expected: "add a lxd@uuid:3:ams [all]" },
  {
    what: "a unit and its application",
    wants: [want(), want("ams")],
    expected: `add a ${SHARED} [all]`,
  },
  {
    what: "one name in two relations",
    wants: [want(), want("ams/0", null, { id: "a", relation: "5" })],
    expected: `add a ${SHARED} [all]`,
  },
  {
    what: "two with different projects",
    wants: [want("ams/0", ["q", "p"]), want("other/0", ["p", "o"])],
    expected: `add a ${SHARED} [o,p,q]`,
  },
  {
    what: "two, one of them without restriction",
    wants: [want("ams/0", ["p"]), want("other/0")],
    expected: `add a ${SHARED} [all]`,
  },
])("plan() names a new entry after $what", ({ wants, expected }) => {
  assert.deepEqual(brief(wants, []), [expected]);
});

Deno.test.each([
  { what: "as it is", wants: [want()], before: entry(AMS0), expected: [] },
  {
    what: "as it is, restricted",
    wants: [want("ams/0", ["p", "q"])],
    before: entry(AMS0, ["p", "q"]),
    expected: [],
  },
  {
    what: "narrower",
    wants: [want("ams/0", ["p"])],
    before: entry(AMS0),
    expected: ["restrict a [p]"],
  },
  { what: "wider", wants: [want()], before: entry(AMS0, ["p"]), expected: ["restrict a [all]"] },
  {
    what: "otherwise",
    wants: [want("ams/0", ["q"])],
    before: entry(AMS0, ["p"]),
    expected: ["restrict a [q]"],
  },
  {
    what: "still, after its projects were deleted",
    wants: [want("ams/0", ["p"])],
    before: entry(AMS0, []),
    expected: ["restrict a [p]"],
  },
  {
    what: "by somebody else as well, who may need more",
    wants: [want("ams/0", ["p"])],
    before: entry(AMS1, ["q"]),
    expected: ["restrict a [p,q]", `rename a ${SHARED}`],
  },
  {
    what: "by somebody else as well, who has everything",
    wants: [want("ams/0", ["p"])],
    before: entry(AMS1),
    expected: [`rename a ${SHARED}`],
  },
  {
    what: "and is shared already",
    wants: [want("ams/0", ["p"])],
    before: entry(SHARED, ["q"]),
    expected: ["restrict a [p,q]"],
  },
  {
    what: "by two that are known, of more to come",
    wants: [want("ams/0", ["p"]), want("ams/1", ["p"])],
    before: entry(AMS0, ["q"]),
    expected: ["restrict a [p]", `rename a ${SHARED}`],
  },
])(
  "plan() keeps an entry that one databag wants $what",
  ({ wants, before, expected }) => {
    assert.deepEqual(brief(wants, [before]), expected);
  },
);

Deno.test.each([
  {
    what: "the last one left",
    wants: [want()],
    before: entry(SHARED),
    expected: [`rename a ${AMS0}`],
  },
  {
    what: "the last one left, with its own projects",
    wants: [want("ams/0", ["p"])],
    before: entry(SHARED, ["p", "q"]),
    expected: ["restrict a [p]", `rename a ${AMS0}`],
  },
  {
    what: "another one than before",
    wants: [want("ams/1", ["p"])],
    before: entry(AMS0),
    expected: ["restrict a [p]", `rename a ${AMS1}`],
  },
  {
    what: "two",
    wants: [want("ams/0", ["p"]), want("ams/1", ["q"])],
    before: entry(SHARED),
    expected: ["restrict a [p,q]"],
  },
])(
  "plan() names an entry after $what, once every databag is known",
  ({ wants, before, expected }) => {
    assert.deepEqual(brief(wants, [before], { revocable: ALL }), expected);
  },
);

Deno.test.each<{ what: string; revocable: Revocable; complete: boolean; expected: string[] }>([
  { what: "one requirer's", revocable: AMS0_ONLY, complete: false, expected: ["a0"] },
  {
    what: "one requirer's, and shared",
    revocable: AMS0_ONLY,
    complete: true,
    expected: ["a0", "s"],
  },
  {
    what: "one application's",
    revocable: { kind: "requirer", requirer: { relation: "3", name: "ams" } },
    complete: false,
    expected: ["app"],
  },
  {
    what: "one relation's",
    revocable: { kind: "relation", relation: "3" },
    complete: false,
    expected: ["a0", "a1", "app"],
  },
  {
    what: "those of relations that are gone",
    revocable: { kind: "absent", relations: new Set(["3"]) },
    complete: false,
    expected: ["o", "o0"],
  },
  {
    what: "everyone's",
    revocable: ALL,
    complete: true,
    expected: ["a0", "a1", "app", "o", "o0", "s"],
  },
  {
    what: "everyone's but the shared",
    revocable: ALL,
    complete: false,
    expected: ["a0", "a1", "app", "o", "o0"],
  },
  { what: "nobody's", revocable: { kind: "none" }, complete: false, expected: [] },
  {
    what: "nobody's, whatever is known",
    revocable: { kind: "none" },
    complete: true,
    expected: [],
  },
])("plan() revokes $what", ({ revocable, complete, expected }) => {
  const entries = [
    entry(AMS0, null, { id: "a0" }),
    entry(AMS1, null, { id: "a1" }),
    entry("lxd@uuid:3:ams", null, { id: "app" }),
    entry(OTHER, null, { id: "o" }),
    entry("lxd@uuid:4:ams-0", null, { id: "o0" }),
    entry(SHARED, null, { id: "s" }),
    entry(FOREIGN, null, { id: "f" }),
    entry(AMS0, null, { id: "server", type: "server" }),
    entry("lxd@other:3:ams-0", null, { id: "of another model" }),
    entry(AMS0, null, { id: "own" }),
  ];
  assert.deepEqual(
    steps([], entries, { revocable, complete }).map((
      { kind, fingerprint },
    ) => [kind, idOf(fingerprint)]),
    expected.map((id) => ["revoke", id]),
  );
  assert.deepEqual(
    steps(
      entries.map(({ fingerprint }) => want("ams/0", null, { id: idOf(fingerprint) })),
      entries,
      { revocable },
    )
      .filter(({ kind }) => kind === "revoke"),
    [],
    "what is wanted stays",
  );
});

Deno.test("plan() changes no foreign entry and not our own, wanted or not", () => {
  const entries = [
    entry(FOREIGN, null, { id: "a" }),
    entry(AMS0, null, { id: "b", type: "server" }),
    entry(AMS0, null, { id: "c", type: "metrics" }),
    entry(AMS1, null, { id: "own" }),
  ];
  const wants = ["a", "b", "c", "own"].map((id) => want("ams/0", ["p"], { id }));
  assert.deepEqual(steps(wants, entries, { revocable: ALL }), []);
  assert.deepEqual(steps([], entries, { revocable: ALL }), []);
});

Deno.test("plan() renames an entry without digits, and accepts other digits", () => {
  const former = { ...entry(AMS0), name: AMS0 };
  assert.deepEqual(brief([want()], [former]), [`rename a ${AMS0}`]);
  assert.deepEqual(steps([], [former]).map(({ kind }) => kind), ["revoke"]);
  const shared = { ...entry(SHARED), name: SHARED };
  assert.deepEqual(brief([want()], [shared]), [`rename a ${SHARED}`]);
  assert.deepEqual(brief([want()], [shared], { revocable: ALL }), [`rename a ${AMS0}`]);
  // A client has renewed its certificate within the entry.
  const renewed = { ...entry(AMS0), name: named(AMS0, "before") };
  assert.deepEqual(brief([want()], [renewed]), [`rename a ${AMS0}`]);
  assert.deepEqual(steps([], [renewed]).map(({ kind }) => kind), ["revoke"]);
});

Deno.test("plan() leaves the name with all digits, which stands where the short one is in use", () => {
  const full = { ...entry(AMS0), name: `${AMS0}:${fingerprintOf("a")}` };
  assert.deepEqual(brief([want()], [full]), []);
  assert.deepEqual(brief([want(), want("ams/1")], [full]), [`rename a ${SHARED}`]);
});

Deno.test("ownerOf() knows an entry by its name, if it is a client's", () => {
  assert.deepEqual(ownerOf(entry(AMS0), mark), { kind: "requirer", relation: "3", slug: "ams-0" });
  assert.deepEqual(ownerOf(entry(SHARED), mark), { kind: "shared" });
  assert.equal(ownerOf(entry(FOREIGN), mark), undefined);
  assert.equal(ownerOf(entry(SHARED, null, { id: "a", type: "server" }), mark), undefined);
});

/** Numbers that look random, and are the same in every run (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function situationOf(seed: number): Situation {
  const below = random(seed);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const projects = () => pick([null, ["p"], ["q"], ["p", "q"]]);
  const ids = ["a", "b", "c", "d", "own"];
  return {
    wants: Array.from(
      { length: below(6) },
      () =>
        want(pick(["ams/0", "ams/1", "ams", "other/0"]), projects(), { id: pick(ids.slice(0, 4)) }),
    ),
    complete: below(2) === 0,
    trustStore: store(
      ids.filter(() => below(3) > 0).map((id) =>
        entry(pick([AMS0, AMS1, OTHER, SHARED, FOREIGN]), projects(), {
          id,
          type: pick(["client", "client", "server"]),
        })
      ),
    ),
    contested: [],
    allowed: null,
    revocable: pick<Revocable>([
      AMS0_ONLY,
      ALL,
      { kind: "none" },
      { kind: "relation", relation: "3" },
      { kind: "absent", relations: new Set(["3"]) },
    ]),
    mark,
    ourFingerprint,
  };
}

Deno.test("plan() is done once it is done, loses nothing wanted, touches nothing foreign", () => {
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const situation = situationOf(seed);
    const after = new Map(situation.trustStore);
    for (const step of plan(situation)) {
      const { fingerprint } = step;
      const before = after.get(fingerprint);
      assert.notEqual(fingerprint, ourFingerprint);
      assert.ok(step.kind === "add" ? !before : before && ownerOf(before, mark), `seed ${seed}`);
      const effect = effectOf(step, before);
      if (effect) after.set(fingerprint, effect);
      else after.delete(fingerprint);
    }
    for (const { certificate } of situation.wants) assert.ok(after.has(certificate.fingerprint));
    assert.deepEqual(plan({ ...situation, trustStore: after }), [], `seed ${seed}`);
  }
});

Deno.test.each([
  { what: "all of LXD", projects: null, expected: ["restrict a [p,q]"] },
  { what: "what is allowed", projects: ["p"], expected: [] },
  { what: "more than is allowed", projects: ["p", "x"], expected: ["restrict a [p]"] },
  { what: "nothing that is allowed", projects: ["x"], expected: [`revoke a ${AMS1}`] },
])("plan() cuts an entry of ours that has $what to what the operator allows", (given) => {
  const { projects, expected } = given;
  const allowed = ["p", "q"];
  assert.deepEqual(
    brief([], [entry(AMS1, projects)], { revocable: AMS0_ONLY, complete: SOME, allowed }),
    expected,
  );
  assert.deepEqual(
    brief([], [entry(FOREIGN, projects)], { revocable: AMS0_ONLY, complete: SOME, allowed }),
    [],
  );
});

Deno.test("plan() leaves to others who may want an entry no more than the operator allows", () => {
  const wants = [want("ams/0", ["p"])];
  assert.deepEqual(
    brief(wants, [entry(SHARED, ["q", "x"])], {
      revocable: AMS0_ONLY,
      complete: SOME,
      allowed: ["p", "q"],
    }),
    [
      "restrict a [p,q]",
    ],
  );
});

Deno.test.each([
  { what: "nobody", wants: [], entries: [SHARED], expected: [] },
  { what: "one application", wants: [want("ams/0", ["p"])], entries: [SHARED], expected: [] },
  { what: "nobody of its own", wants: [], entries: [AMS1], expected: [`revoke a ${AMS1}`] },
])("plan() leaves a contested entry as it is if it is shared, and wanted by $what", (given) => {
  const { wants, entries, expected } = given;
  const contested = [want("other/0", ["q", "r"])];
  const store = entries.map((name) => entry(name, ["p", "q"]));
  assert.deepEqual(brief(wants, store, { revocable: ALL, contested }), expected);
  assert.deepEqual(brief(wants, [], { revocable: ALL, contested: [] }).length, wants.length);
});

Deno.test("plan() cuts a contested entry to what the operator allows, and adds what all ask for", () => {
  const contested = [want("other/0", ["q", "r", "x"])];
  const given = { revocable: ALL, contested, allowed: ["p", "q", "r"] };
  assert.deepEqual(brief([], [entry(SHARED, ["q", "x"])], given), ["restrict a [q]"]);
  assert.deepEqual(brief([], [entry(SHARED, ["x"])], given), [`revoke a ${SHARED}`]);
  assert.deepEqual(brief([want("ams/0", ["r"])], [entry(SHARED, ["q", "x"])], given), [
    "restrict a [q,r]",
  ]);
});

Deno.test("plan() says what may stay of an entry of several applications if LXD refuses", () => {
  const toleratedOf = (other: string) =>
    steps([want("ams/0", ["p"]), want(other, ["q"])], [entry(SHARED, ["p", "q", "r"])], {
      revocable: ALL,
      allowed: ["p", "q", "r"],
    });
  const restrict = { kind: "restrict", fingerprint: fingerprintOf("a"), projects: ["p", "q"] };
  assert.deepEqual(toleratedOf("ams/1"), [restrict]);
  assert.deepEqual(toleratedOf("web/1"), [{ ...restrict, tolerated: ["p", "q", "r"] }]);
});

const ORIGINAL = "lxd@uuid:original";
const ABSENT: Revocable = { kind: "absent", relations: new Set(["3"]) };

Deno.test("plan() adopts wanted entries of the original charm", () => {
  assert.deepEqual(brief([want("ams/0", ["p"])], [entry(ORIGINAL)], { revocable: ABSENT }), [
    "restrict a [p]",
    `rename a ${AMS0}`,
  ]);
  assert.deepEqual(brief([want(), want("ams/1")], [entry(ORIGINAL)], { revocable: ABSENT }), [
    `rename a ${SHARED}`,
  ]);
  assert.deepEqual(brief([want()], [entry(ORIGINAL)], { revocable: AMS0_ONLY }), [
    `rename a ${SHARED}`,
  ]);
});

Deno.test("plan() does not change unwanted entries of the original charm", () => {
  for (const revocable of [ALL, ABSENT, AMS0_ONLY, { kind: "relation", relation: "3" } as const]) {
    assert.deepEqual(
      brief([], [entry(ORIGINAL)], { revocable, complete: EVERYONE, allowed: ["p"] }),
      [],
    );
  }
});
