import type { Change } from "../trust/change.ts";
import assert from "node:assert/strict";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { effectOf, type Step } from "../trust/step.ts";
import type { TrustEntry, TrustStore } from "../trust/trust_store.ts";
import { type Applied, apply } from "./apply.ts";
import type { Lxd } from "./client.ts";
import type { Reply } from "./request.ts";

const [a, b] = ["aa", "bb"] as Fingerprint[] as [Fingerprint, Fingerprint];
const DONE: Reply<unknown> = { kind: "done", value: undefined };
const NOTHING = {
  endpoint: "e",
  version: "v",
  isClustered: false,
  addresses: [],
  mayManage: () => Promise.reject(new Error("Cannot ask")),
  nodes: () => Promise.reject(new Error("Cannot list nodes")),
  projects: () => Promise.reject(new Error("Cannot list projects")),
};
const DOWN = { kind: "unreachable", cause: "time-out" } as const;

function entry(fingerprint: Fingerprint, more: Partial<TrustEntry> = {}): TrustEntry {
  return {
    fingerprint,
    name: "n",
    type: "client",
    projects: null,
    certificate: `pem ${fingerprint}`,
    ...more,
  };
}

function store(...entries: readonly TrustEntry[]): TrustStore {
  return new Map(entries.map((entry) => [entry.fingerprint, entry]));
}

function add(fingerprint: Fingerprint, name = "n"): Step {
  const certificate: Certificate = { fingerprint, pem: `pem ${fingerprint}`, der: "der" };
  return { kind: "add", fingerprint, name, certificate, projects: null };
}

const rename: Step = { kind: "rename", fingerprint: a, name: "new" };
const restrict: Step = { kind: "restrict", fingerprint: a, projects: ["p"] };
const revoke: Step = { kind: "revoke", fingerprint: a, name: "n" };

function refusal(status: number): Reply<never> {
  return { kind: "refused", status, message: `no (${status})` };
}

interface Result extends Applied {
  readonly asked: readonly string[];
  readonly told: readonly Change[];
}

/** What a run differs in. */
interface RunOptions {
  readonly before: TrustStore;
  /** What LXD lists where it is asked. */
  readonly after?: Reply<TrustStore>;
  readonly isIdentity?: boolean;
  readonly mayGoOn?: () => Promise<boolean>;
}

/** Applies steps in an LXD that answers in this order. */
async function run(
  steps: readonly Step[],
  answers: readonly Reply<unknown>[],
  { before, after, isIdentity = false, ...more }: RunOptions,
): Promise<Result> {
  const asked: string[] = [];
  const told: Change[] = [];
  const rest = [...answers];
  const answer = (request: string): Promise<Reply<unknown>> => {
    asked.push(request);
    const next = rest.shift();
    return next ? Promise.resolve(next) : Promise.reject(new Error(`Cannot answer ${request}`));
  };
  const lxd: Lxd = {
    ...NOTHING,
    isIdentity: (fingerprint) => {
      asked.push(`identity ${fingerprint}`);
      return Promise.resolve(isIdentity);
    },
    trustStore: () => {
      asked.push("list");
      return after ? Promise.resolve(after) : Promise.reject(new Error("Cannot list"));
    },
    add: ({ certificate, name, projects }) =>
      answer(`add ${certificate.fingerprint} ${name} ${projects}`),
    rename: ({ fingerprint, projects }, name) =>
      answer(`rename ${fingerprint} ${name} ${projects}`),
    restrict: ({ fingerprint }, projects) => answer(`restrict ${fingerprint} ${projects}`),
    revoke: ({ fingerprint }) => answer(`revoke ${fingerprint}`),
  };
  const applied = await apply(steps, before, {
    lxd,
    report: (change) => told.push(change),
    ...more,
  });
  assert.deepEqual(rest, [], "everything was asked");
  return { ...applied, asked, told };
}

/** Steps of one kind for many certificates, with the trust store that they are for. */
function many(kind: "add" | "revoke", number: number) {
  const fingerprints = Array.from({ length: number }, (_, index) => `c${index}` as Fingerprint);
  return {
    steps: fingerprints.map((one) => kind === "add" ? add(one) : { ...revoke, fingerprint: one }),
    entries: store(...fingerprints.map((one) => entry(one))),
  };
}

Deno.test("apply() takes the steps in their order, and reports each", async () => {
  const before = store(entry(a));
  const { trustStore, refused, failure, asked, told } = await run([add(b), rename, restrict], [
    DONE,
    DONE,
    DONE,
  ], { before });
  assert.deepEqual(asked, ["add bb n null", "rename aa new null", "restrict aa p"]);
  assert.equal(told.length, 3);
  assert.deepEqual(
    trustStore,
    store(entry(a, { name: "new", projects: ["p"] }), entry(b)),
  );
  assert.deepEqual([refused.size, failure], [0, undefined]);
  assert.deepEqual(before, store(entry(a)), "what was before stays as it was");
});

Deno.test("apply() revokes", async () => {
  const { trustStore, told } = await run([revoke], [DONE], { before: store(entry(a), entry(b)) });
  assert.deepEqual(trustStore, store(entry(b)));
  assert.deepEqual(told.map(({ event }) => event), ["revoked"]);
});

Deno.test("apply() continues after a refused certificate, and gives the reason", async () => {
  const { trustStore, refused, failure, told } = await run([add(a), add(b)], [refusal(400), DONE], {
    before: store(),
  });
  const reason = { code: "lxd-refused", reason: "LXD refuses the certificate: no (400)" };
  assert.deepEqual(refused, new Map([[a, reason]]));
  assert.deepEqual([...trustStore.keys()], [b]);
  assert.deepEqual([failure, told.length], [undefined, 1]);
});

Deno.test("apply() continues after a refused rename, and names the entry", async () => {
  const before = store(entry(a), entry(b));
  for (const status of [400, 403]) {
    const { trustStore, refused, unnamed, failure } = await run(
      [rename, { ...restrict, fingerprint: b }],
      [refusal(status), DONE],
      { before },
    );
    assert.deepEqual(trustStore.get(a), before.get(a));
    assert.deepEqual(trustStore.get(b)?.projects, ["p"]);
    assert.deepEqual([refused.size, [...unnamed], failure], [0, [a], undefined]);
  }
});

Deno.test("apply() renames with the access that the entry gives", async () => {
  const confined = entry(a, { projects: ["p", "q"] });
  const unrestricted = entry(a, { projects: null });
  assert.deepEqual((await run([rename], [DONE], { before: store(confined) })).asked, [
    "rename aa new p,q",
  ]);
  assert.deepEqual((await run([rename], [DONE], { before: store(unrestricted) })).asked, [
    "rename aa new null",
  ]);
});

Deno.test("apply() takes all digits where the name is in use", async () => {
  const name = `lxd@uuid:shared:${"0".repeat(12)}`;
  const added = await run([add(a, name)], [refusal(409), DONE], {
    before: store(),
    after: { kind: "done", value: store(entry(b)) },
  });
  assert.deepEqual(added.asked, [
    `add aa ${name} null`,
    "list",
    "identity aa",
    "add aa lxd@uuid:shared:aa null",
  ]);
  assert.equal(added.trustStore.get(a)?.name, "lxd@uuid:shared:aa");
  assert.deepEqual(added.told.map(({ event, name }) => [event, name]), [[
    "added",
    "lxd@uuid:shared:aa",
  ]]);
  const renamed = await run([{ kind: "rename", fingerprint: a, name }], [refusal(409), DONE], {
    before: store(entry(a)),
    after: { kind: "done", value: store(entry(a)) },
  });
  assert.equal(renamed.asked.at(-1), "rename aa lxd@uuid:shared:aa null");
  assert.deepEqual([renamed.trustStore.get(a)?.name, renamed.unnamed.size], [
    "lxd@uuid:shared:aa",
    0,
  ]);
});

Deno.test("apply() reports a refused certificate that is an identity", async () => {
  const list: Reply<TrustStore> = { kind: "done", value: store() };
  const { refused, asked } = await run([add(a)], [refusal(409)], {
    before: store(),
    after: list,
    isIdentity: true,
  });
  assert.equal(refused.get(a)?.code, "identity");
  assert.match(refused.get(a)?.reason ?? "", /in LXD already, as an identity of its own/);
  assert.deepEqual(asked, ["add aa n null", "list", "identity aa"]);
});

Deno.test("apply() accepts an entry that another client added, as it is", async () => {
  const foreign = entry(a, { name: "by hand" });
  const { trustStore, refused, failure, asked, told } = await run([add(a)], [refusal(409)], {
    before: store(),
    after: { kind: "done", value: store(foreign) },
  });
  assert.deepEqual([trustStore, refused.size, failure], [store(foreign), 0, undefined]);
  assert.deepEqual([asked.at(-1), told], ["list", []]);
});

Deno.test("apply() refuses an entry that another client added with another type", async () => {
  const wider = { ...add(a), projects: ["web"] };
  for (
    const [step, foreign] of [[add(a), entry(a, { type: "metrics" })], [wider, entry(a)]] as const
  ) {
    const list: Reply<TrustStore> = { kind: "done", value: store(foreign) };
    const { refused } = await run([step], [refusal(409)], { before: store(), after: list });
    assert.deepEqual([...refused.keys()], [a]);
  }
});

Deno.test("apply() refuses a conflict without an entry in the list", async () => {
  const list: Reply<TrustStore> = { kind: "done", value: store() };
  const answers = [refusal(409), refusal(409)];
  const { trustStore, refused } = await run([add(a)], answers, { before: store(), after: list });
  assert.deepEqual([trustStore.size, [...refused.keys()]], [0, [a]]);
});

Deno.test("apply() refuses an unknown project", async () => {
  const list: Reply<TrustStore> = { kind: "done", value: store(entry(a)) };
  for (const [step, before] of [[add(b), store()], [restrict, store(entry(a))]] as const) {
    const { refused, failure } = await run([step], [refusal(404)], { before, after: list });
    assert.deepEqual([[...refused.keys()], failure], [[step.fingerprint], undefined]);
  }
});

Deno.test("apply() needs nothing of an entry that is gone", async () => {
  const list: Reply<TrustStore> = { kind: "done", value: store() };
  for (const step of [rename, restrict, revoke]) {
    const { trustStore, refused, failure } = await run([step], [refusal(404)], {
      before: store(entry(a)),
      after: list,
    });
    assert.deepEqual([trustStore.size, refused.size, failure], [0, 0, undefined], step.kind);
  }
});

Deno.test("apply() stops where LXD does not answer, forbids, or cannot be listed", async () => {
  const failures = [DOWN, refusal(403), { kind: "other-server", presented: "bb" } as const];
  const { steps, entries } = many("revoke", 20);
  for (const answer of failures) {
    const { trustStore, failure, asked, undone } = await run(
      [...steps, add(a)],
      Array(8).fill(answer),
      { before: entries },
    );
    assert.deepEqual([trustStore, failure, asked.length], [entries, answer, 8]);
    assert.deepEqual(undone, [...steps.slice(8), add(a)]);
  }
  const unlisted = await run([add(a), rename], [refusal(409)], {
    before: store(entry(a)),
    after: DOWN,
  });
  assert.deepEqual([unlisted.failure, unlisted.asked.length], [DOWN, 2]);
  assert.deepEqual(unlisted.undone, [rename]);
});

Deno.test("apply() goes on with steps of the kind if LXD answers others of them", async () => {
  const { steps, entries } = many("revoke", 30);
  const answers = steps.map((_, index) => index % 8 === 0 ? DONE : DOWN);
  const { trustStore, failure, undone } = await run([...steps, add(a)], answers, {
    before: entries,
  });
  assert.deepEqual([trustStore.size, failure, undone], [26, DOWN, [add(a)]]);
});

Deno.test("apply() lists once after many conflicts, and reports in the order of the steps", async () => {
  const { steps } = many("add", 20);
  const { asked, told, trustStore } = await run(steps, [
    ...Array<Reply<unknown>>(20).fill(refusal(409)),
    ...Array<Reply<unknown>>(20).fill(DONE),
  ], { before: store(), after: { kind: "done", value: store() } });
  assert.equal(asked.filter((one) => one === "list").length, 1);
  assert.equal(trustStore.size, 20);
  assert.deepEqual(told.map(({ fingerprint }) => fingerprint), steps.map((one) => one.fingerprint));
});

Deno.test("apply() takes at most 8 steps at a time, and those of the next kind later", async () => {
  const { steps } = many("add", 30);
  const revocations = many("revoke", 10);
  let [running, most, left] = [0, 0, steps.length];
  const wait = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, Math.random()));
    running--;
    return DONE;
  };
  const impossible = () => Promise.reject(new Error("Cannot ask"));
  const lxd: Lxd = {
    ...NOTHING,
    isIdentity: impossible,
    trustStore: impossible,
    rename: impossible,
    restrict: impossible,
    add: () => wait().finally(() => left--),
    revoke: () => {
      assert.equal(left, 0, "an addition is running");
      return wait();
    },
  };
  const target = { lxd, report: () => {} };
  const { undone } = await apply([...steps, ...revocations.steps], revocations.entries, target);
  assert.deepEqual([most, running, undone], [8, 0, []]);
});

Deno.test("apply() takes the last step of a kind by itself, so that LXD's list after it is complete", async () => {
  const { steps } = many("add", 20);
  const running = new Set<string>();
  const beside: number[] = [];
  const lxd: Lxd = {
    ...NOTHING,
    isIdentity: () => Promise.reject(new Error("Cannot ask")),
    trustStore: () => Promise.reject(new Error("Cannot list")),
    rename: () => Promise.reject(new Error("Cannot rename")),
    restrict: () => Promise.reject(new Error("Cannot restrict")),
    revoke: () => Promise.reject(new Error("Cannot revoke")),
    add: async ({ certificate: { fingerprint } }) => {
      beside.push(running.size);
      running.add(fingerprint);
      await new Promise((resolve) => setTimeout(resolve, Math.random()));
      running.delete(fingerprint);
      return DONE;
    },
  };
  await apply(steps, store(), { lxd, report: () => {} });
  assert.deepEqual([beside.length, beside.at(-1)], [20, 0]);
  assert.ok(beside.some((number) => number > 0), "the others run at the same time");
});

Deno.test("apply() tells what it has not tried when it may not go on", async () => {
  let allowed = 5;
  const { steps } = many("add", 20);
  const { undone, failure, trustStore } = await run([...steps, rename], Array(5).fill(DONE), {
    before: store(entry(a)),
    mayGoOn: () => Promise.resolve(allowed-- > 0),
  });
  assert.deepEqual([failure, trustStore.size], [undefined, 6]);
  assert.deepEqual(undone, [...steps.slice(5), rename]);
});

Deno.test("apply() leaves an entry alone that somebody else has renamed", async () => {
  const foreign = store(entry(a, { name: "by hand" }));
  for (const step of [rename, restrict, revoke]) {
    const { trustStore, refused, unnamed, failure, asked } = await run([step], [refusal(412)], {
      before: store(entry(a)),
      after: { kind: "done", value: foreign },
    });
    assert.deepEqual([trustStore, refused.size, unnamed.size], [foreign, 0, 0]);
    assert.deepEqual([failure, asked.length], [undefined, 2]);
  }
});

Deno.test("apply() changes an entry again that was changed in something else", async () => {
  const now = entry(a, { projects: ["q"] });
  for (const step of [rename, restrict, revoke]) {
    const { told, trustStore } = await run([step], [refusal(412), DONE], {
      before: store(entry(a)),
      after: { kind: "done", value: store(now) },
    });
    assert.deepEqual([told.length, trustStore.get(a)], [1, effectOf(step, now)]);
  }
});

Deno.test("apply() takes for done what a lost answer was about", async () => {
  for (const step of [rename, restrict]) {
    const after = store(effectOf(step, entry(a)) as TrustEntry);
    const { trustStore, hasChanged, unnamed, refused } = await run([step], [refusal(412)], {
      before: store(entry(a)),
      after: { kind: "done", value: after },
    });
    assert.deepEqual([trustStore, hasChanged], [after, true]);
    assert.deepEqual([unnamed.size, refused.size], [0, 0]);
  }
});

Deno.test("apply() continues after a refused revocation, and reports it at the end", async () => {
  const steps = [revoke, { ...revoke, fingerprint: b }];
  const answers = [refusal(400), DONE];
  const { trustStore, failure } = await run(steps, answers, { before: store(entry(a), entry(b)) });
  assert.deepEqual([...trustStore.keys()], [a]);
  assert.deepEqual(failure, { ...refusal(400), action: "to revoke aa" });
});

Deno.test.each([
  { what: "a change", answer: DONE, expected: true },
  { what: "an answer that was lost", answer: DOWN, expected: true },
  { what: "the same change by another client", answer: refusal(409), expected: true },
  { what: "a refusal", answer: refusal(400), expected: false },
])("apply() reports whether anything may have changed: $what", async ({ answer, expected }) => {
  const list: Reply<TrustStore> = { kind: "done", value: store(entry(a)) };
  assert.equal(
    (await run([add(a)], [answer], { before: store(), after: list })).hasChanged,
    expected,
  );
});

Deno.test("apply() of nothing changes nothing", async () => {
  assert.ok(!(await run([], [], { before: store(entry(a)) })).hasChanged);
});
