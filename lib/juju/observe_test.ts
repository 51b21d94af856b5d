import assert from "node:assert/strict";
import type { Databag } from "../requirer/databag.ts";
import type { Revocable } from "../trust/plan.ts";
import type { HookEvent } from "./event.ts";
import { HookToolError, type Juju } from "./hook_tools.ts";
import { observe } from "./observe.ts";
import { readRelation, readRelations } from "./read_relations.ts";

const UNIT = "lxd/0";
const AMS0 = { relation: "3", name: "ams/0" };
const NONE: Revocable = { kind: "none" };
const PUBLISHED: Databag = {
  nodes: '[{"endpoint":"https://10.0.0.1:8443","name":"a","trusted_certs_fp":[]}]',
};
const EVERYTHING: HookEvent = { kind: "everything", isSettled: false };
const SETTLED: HookEvent = { kind: "everything", isSettled: true };

interface Model {
  /** Status of our units; without it, `goal-state` is refused. */
  readonly units?: Readonly<Record<string, string>>;
  /** Members by relation id; without it, they are refused. */
  readonly relations?: Readonly<Record<string, readonly string[]>>;
  /** Databags by `<relation id> <name>`. */
  readonly databags?: Readonly<Record<string, Databag | Error>>;
}

/** The hook tools of a model, which refuse what it does not hold, and count what they are asked. */
function world({ units, relations, databags = {} }: Model): Juju & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = <T>(question: string, value: T | Error | undefined): Promise<T> => {
    asked.push(question);
    if (value === undefined) return Promise.reject(new Error(`Cannot answer ${question}`));
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  };
  const refuse = (): Promise<never> => Promise.reject(new Error("Cannot do more than read"));
  const members = (relation: string) => relations?.[relation];
  return {
    asked,
    applicationVersionSet: refuse,
    configGet: refuse,
    credentialGet: refuse,
    isLeader: refuse,
    jujuLog: refuse,
    relationSet: refuse,
    secretAdd: refuse,
    secretGet: refuse,
    secretSet: refuse,
    statusGet: refuse,
    statusSet: refuse,
    unitStatuses: refuse,
    goalState: () =>
      answer(
        "goal-state",
        units && {
          units: Object.fromEntries(
            Object.entries(units).map(([name, status]) => [name, { status }]),
          ),
          relations: {},
        },
      ),
    relationIds: (endpoint) =>
      answer(
        `relation-ids ${endpoint}`,
        relations &&
          Object.keys(relations).filter((id) => isOfHttps(id) === (endpoint === "https")),
      ),
    relationList: (relation) =>
      answer(`relation-list ${relation}`, members(relation)?.filter((name) => name.includes("/"))),
    relationApplication: (relation) =>
      answer(
        `relation-list --app ${relation}`,
        members(relation)?.find((name) => !name.includes("/")),
      ),
    relationGet: (relation, name) =>
      answer(`relation-get ${relation} ${name}`, databags[`${relation} ${name}`]),
  };
}

/** Relations from 10 on are those of the endpoint `https`. */
function isOfHttps(relation: string): boolean {
  return Number(relation) >= 10;
}

const TWO: Model = {
  units: { "lxd/0": "active", "lxd/1": "active" },
  relations: { "3": ["ams", "ams/0", "ams/1"], "4": ["other", "other/0"] },
  databags: {
    "3 lxd/0": PUBLISHED,
    "3 ams": { client_certificates: "in the application's" },
    "3 ams/0": { client_certificates: "[]" },
    "3 ams/1": { client_certificates: "in the unit's" },
    "4 lxd/0": {},
    "4 other": {},
    "4 other/0": {},
  },
};

Deno.test("observe() reads two databags where one has changed", async () => {
  const juju = world({
    databags: { "3 lxd/0": PUBLISHED, "3 ams/0": { client_certificates: "x" } },
  });
  const seen = await observe({ juju: juju, unit: UNIT }, {
    kind: "changed",
    endpoint: "api",
    requirer: AMS0,
  });
  assert.deepEqual(juju.asked.toSorted(), ["relation-get 3 ams/0", "relation-get 3 lxd/0"]);
  const { relations, ...rest } = seen;
  assert.deepEqual(rest, {
    gone: [],
    revocable: { kind: "requirer", requirer: AMS0 },
    complete: false,
    isWhole: false,
    isLast: false,
  });
  assert.deepEqual(relations.map(({ only, databag }) => [only, databag]), [[AMS0, PUBLISHED]]);
  assert.deepEqual(relations[0]?.published.endpoints, ["https://10.0.0.1:8443"]);
  assert.deepEqual(relations[0]?.rejected.map(({ unit }) => unit), ["ams/0"]);
});

const REFUSED = new HookToolError("relation-get", { code: 1, stderr: "ERROR permission denied" });
const KILLED = new HookToolError("relation-get", {
  code: 137,
  stderr: "killed by SIGKILL",
  signal: "SIGKILL",
});

Deno.test.each(
  [
    { what: "requirer's", event: { endpoint: "api", requirer: AMS0 }, key: "3 ams/0" },
    { what: "own", event: { endpoint: "api", requirer: AMS0 }, key: "3 lxd/0" },
    {
      what: "speaker's",
      event: { endpoint: "https", requirer: { relation: "10", name: "ams" } },
      key: "10 ams",
    },
  ] as const,
)("observe() changes nothing if Juju refuses the $what databag", async (given) => {
  const databags = { "3 lxd/0": {}, "3 ams/0": {}, "10 lxd/0": {}, "10 ams": {} };
  const ask = (error: Error) =>
    observe({
      juju: world({ relations: { "10": ["ams"] }, databags: { ...databags, [given.key]: error } }),
      unit: UNIT,
    }, { kind: "changed", ...given.event });
  const { relations, revocable } = await ask(REFUSED);
  assert.deepEqual([relations, revocable], [[], NONE]);
  await assert.rejects(ask(KILLED), KILLED);
});

Deno.test("observe() revokes what a departed unit had, though its relation cannot be read", async () => {
  const ask = (error: Error) =>
    observe({ juju: world({ databags: { "3 lxd/0": error } }), unit: UNIT }, {
      kind: "departed",
      endpoint: "api",
      requirer: AMS0,
    });
  const { relations, revocable } = await ask(REFUSED);
  assert.deepEqual([relations, revocable], [[], { kind: "requirer", requirer: AMS0 }]);
  await assert.rejects(ask(KILLED), KILLED);
});

Deno.test("observe() revokes what a broken relation had, though it cannot be read", async () => {
  const juju = world({ units: { "lxd/0": "active" }, databags: { "3 lxd/0": REFUSED } });
  const seen = await observe({ juju: juju, unit: UNIT }, {
    kind: "broken",
    endpoint: "api",
    relation: "3",
  });
  assert.deepEqual(seen.revocable, { kind: "relation", relation: "3" });
  assert.deepEqual([seen.gone, seen.isUnread], [[], true]);
});

Deno.test("observe() does not read the databag of a requirer that is gone", async () => {
  const juju = world({ databags: { "3 lxd/0": PUBLISHED } });
  const { relations, revocable } = await observe({ juju: juju, unit: UNIT }, {
    kind: "departed",
    endpoint: "api",
    requirer: AMS0,
  });
  assert.deepEqual(juju.asked, ["relation-get 3 lxd/0"]);
  assert.deepEqual(relations.map(({ wants, only }) => [wants, only]), [[[], AMS0]]);
  assert.deepEqual(revocable, { kind: "requirer", requirer: AMS0 });
});

Deno.test("observe() asks nothing while this unit leaves", async () => {
  const { relations, revocable } = await observe({ juju: world({}), unit: UNIT }, {
    kind: "leaving",
  });
  assert.deepEqual([relations, revocable], [[], NONE]);
});

Deno.test.each<{ what: string; units: Record<string, string>; may: boolean; isLast: boolean }>([
  {
    what: "a living unit",
    units: { "lxd/0": "active", "lxd/1": "active" },
    may: true,
    isLast: false,
  },
  {
    what: "a dying unit",
    units: { "lxd/0": "dying", "lxd/1": "active" },
    may: false,
    isLast: false,
  },
  { what: "a unit that is dead", units: { "lxd/1": "active" }, may: false, isLast: false },
  {
    what: "one of several dying",
    units: { "lxd/0": "dying", "lxd/1": "dying" },
    may: true,
    isLast: true,
  },
  { what: "the last unit", units: {}, may: true, isLast: true },
])(
  "observe() lets $what revoke what a broken relation had: $may",
  async ({ units, may, isLast }) => {
    const juju = world({ units, databags: { "3 lxd/0": PUBLISHED } });
    const seen = await observe({ juju: juju, unit: UNIT }, {
      kind: "broken",
      endpoint: "api",
      relation: "3",
    });
    assert.deepEqual(seen.revocable, may ? { kind: "relation", relation: "3" } : NONE);
    assert.deepEqual([seen.isLast, seen.gone.length, seen.complete], [isLast, may ? 1 : 0, false]);
    assert.deepEqual(seen.relations, []);
  },
);

Deno.test.each<{ what: string; units: Record<string, string>; revocable: Revocable }>([
  { what: "the last unit", units: { "lxd/0": "dying" }, revocable: { kind: "all" } },
  { what: "one of several", units: { "lxd/0": "dying", "lxd/1": "active" }, revocable: NONE },
])("observe() limits what $what revokes at its stop", async ({ units, revocable }) => {
  const seen = await observe({ juju: world({ units }), unit: UNIT }, { kind: "stop" });
  assert.deepEqual(seen.revocable, revocable);
  assert.equal(seen.complete, revocable.kind === "all");
});

Deno.test("observe() reads every databag for everything, and revokes of relations that are gone", async () => {
  const juju = world(TWO);
  const seen = await observe({ juju: juju, unit: UNIT }, EVERYTHING);
  assert.deepEqual(seen.revocable, { kind: "absent", relations: new Set(["3", "4"]) });
  assert.deepEqual([seen.complete, seen.isWhole, seen.isLast], [false, true, false]);
  assert.deepEqual(seen.relations.map(({ relation, only }) => [relation, only]), [
    ["3", undefined],
    ["4", undefined],
  ]);
  assert.deepEqual(seen.relations[0]?.rejected.map(({ unit }) => unit), ["ams", "ams/1"]);
});

Deno.test("observe() may revoke everyone's once Juju has nothing queued", async () => {
  const seen = await observe({ juju: world(TWO), unit: UNIT }, SETTLED);
  assert.deepEqual([seen.revocable, seen.complete, seen.isWhole], [{ kind: "all" }, true, true]);
});

Deno.test("observe() holds back the revocations of a relation that cannot be read, and no other's", async () => {
  const juju = world({ ...TWO, databags: { ...TWO.databags, "3 ams/1": REFUSED } });
  const seen = await observe({ juju: juju, unit: UNIT }, SETTLED);
  assert.deepEqual(seen.relations.map(({ relation }) => relation), ["4"]);
  const revocable: Revocable = { kind: "all", except: new Set(["3"]) };
  assert.deepEqual([seen.revocable, seen.complete, seen.isWhole], [revocable, false, true]);
  const unsettled = await observe({ juju: juju, unit: UNIT }, EVERYTHING);
  assert.deepEqual(unsettled.revocable, { kind: "absent", relations: new Set(["3", "4"]) });
});

Deno.test("observe() revokes nothing for everything on its way out", async () => {
  const dying = { "lxd/0": "dying", "lxd/1": "active" };
  const seen = await observe({ juju: world({ ...TWO, units: dying }), unit: UNIT }, SETTLED);
  assert.deepEqual([seen.revocable, seen.complete, seen.relations.length], [NONE, false, 2]);
});

Deno.test("readRelation() reads each of its databags once", async () => {
  const juju = world(TWO);
  await readRelation({ juju: juju, unit: UNIT }, { endpoint: "api", relation: "3" });
  assert.deepEqual(juju.asked.toSorted(), [
    "relation-get 3 ams",
    "relation-get 3 ams/0",
    "relation-get 3 ams/1",
    "relation-get 3 lxd/0",
    "relation-list --app 3",
    "relation-list 3",
  ]);
});

Deno.test("readRelations() rethrows a bug", async () => {
  const juju = world({ ...TWO, databags: {} });
  await assert.rejects(
    readRelations({ juju: juju, unit: UNIT }),
    /^Error: Cannot answer relation-get/,
  );
});

const HTTPS: Model = {
  relations: { "10": ["ams", "ams/0", "ams/1"] },
  databags: {
    "10 lxd/0": {},
    "10 ams": {},
    "10 ams/0": { version: "1.0", certificate: "of unit 0" },
    "10 ams/1": { version: "1.0", certificate: "of unit 1" },
  },
};
const SPOKEN_FOR: Model = {
  ...HTTPS,
  databags: { ...HTTPS.databags, "10 ams": { version: "1.0", certificate: "of all" } },
};

function changed(name: string): HookEvent {
  return { kind: "changed", endpoint: "https", requirer: { relation: "10", name } };
}

Deno.test("observe() of lxd-https reads a unit's databag, and its application's", async () => {
  for (const application of [{}, { version: "1.0" }, { version: "2.0", certificate: "of all" }]) {
    const juju = world({ ...HTTPS, databags: { ...HTTPS.databags, "10 ams": application } });
    const { relations, revocable } = await observe({ juju: juju, unit: UNIT }, changed("ams/0"));
    assert.deepEqual(relations[0]?.rejected.map(({ unit }) => unit), ["ams/0"]);
    const requirer = { relation: "10", name: "ams/0" };
    assert.deepEqual(revocable, { kind: "requirer", requirer });
    assert.equal(juju.asked.length, 3);
  }
});

Deno.test("observe() of lxd-https: a unit's databag does not count where the application speaks", async () => {
  const { relations, revocable } = await observe(
    { juju: world(SPOKEN_FOR), unit: UNIT },
    changed("ams/0"),
  );
  // The application may take its projects from it.
  assert.deepEqual(relations[0]?.rejected.map(({ unit }) => unit), ["ams"]);
  assert.deepEqual(revocable, { kind: "relation", relation: "10" });
});

Deno.test.each<{ what: string; model: Model; rejected: string[]; kind: Revocable["kind"] }>([
  { what: "no longer speaks", model: HTTPS, rejected: ["ams/0", "ams/1"], kind: "requirer" },
  { what: "speaks", model: SPOKEN_FOR, rejected: ["ams"], kind: "relation" },
])("observe() of lxd-https looks at every unit where the application $what", async (given) => {
  const { relations, revocable } = await observe(
    { juju: world(given.model), unit: UNIT },
    changed("ams"),
  );
  assert.deepEqual(relations[0]?.rejected.map(({ unit }) => unit), given.rejected);
  assert.deepEqual([relations[0]?.only, revocable.kind], [undefined, given.kind]);
});

Deno.test("observe() reads the relations of each endpoint for everything", async () => {
  const juju = world({
    ...TWO,
    relations: { ...TWO.relations, ...SPOKEN_FOR.relations },
    databags: { ...TWO.databags, ...SPOKEN_FOR.databags },
  });
  const { relations, revocable } = await observe({ juju: juju, unit: UNIT }, EVERYTHING);
  assert.deepEqual(revocable, { kind: "absent", relations: new Set(["3", "4", "10"]) });
  assert.deepEqual(relations.map(({ endpoint, relation }) => [endpoint, relation]), [
    ["api", "3"],
    ["api", "4"],
    ["https", "10"],
  ]);
  assert.deepEqual(relations[2]?.rejected.map(({ unit }) => unit), ["ams"]);
});
