import assert from "node:assert/strict";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { Phases } from "../trust/phases.ts";
import type { Step } from "../trust/step.ts";
import type { TrustEntry, TrustStore } from "../trust/trust_store.ts";
import type { Applied } from "./apply.ts";
import { applyChanges, isEnd } from "./apply_changes.ts";
import type { Lxd } from "./client.ts";
import type { Reply } from "./request.ts";

const [a, b, c, d] = ["aa", "bb", "cc", "dd"] as unknown as readonly [
  Fingerprint,
  Fingerprint,
  Fingerprint,
  Fingerprint,
];
const DONE: Reply<unknown> = { kind: "done", value: undefined };
const DOWN: Reply<never> = { kind: "unreachable", cause: "time-out" };
const FORBIDDEN: Reply<never> = { kind: "refused", status: 403, message: "not authorized" };
const REFUSED: Reply<never> = { kind: "refused", status: 400, message: "no" };

const unasked = () => Promise.reject(new Error("Cannot ask"));

function restrict(fingerprint: Fingerprint): Step {
  return { kind: "restrict", fingerprint, projects: ["web"] };
}

function add(fingerprint: Fingerprint): Step {
  const certificate: Certificate = { fingerprint, pem: `pem ${fingerprint}`, der: "der" };
  return { kind: "add", fingerprint, name: "n", certificate, projects: ["web"] };
}

function revoke(fingerprint: Fingerprint): Step {
  return { kind: "revoke", fingerprint, name: "n" };
}

function storeOf(...fingerprints: readonly Fingerprint[]): TrustStore {
  return new Map(fingerprints.map((fingerprint): [Fingerprint, TrustEntry] => [fingerprint, {
    fingerprint,
    name: "n",
    type: "client",
    projects: null,
    certificate: `pem ${fingerprint}`,
  }]));
}

/** What a run differs in. */
interface RunOptions {
  /** The answers that are not "done", by the request. */
  readonly answers?: Readonly<Record<string, Reply<unknown>>>;
  /** Number of steps before the time is over. @default {any} */
  readonly most?: number;
}

/** Takes steps in an LXD with three entries for all of LXD. */
async function run(
  phases: Partial<Phases>,
  { answers = {}, most = Infinity }: RunOptions = {},
): Promise<Applied & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const answer = (request: string): Promise<Reply<unknown>> => {
    asked.push(request);
    return Promise.resolve(answers[request] ?? DONE);
  };
  const lxd: Lxd = {
    endpoint: "e",
    version: "v",
    isClustered: false,
    addresses: [],
    mayManage: unasked,
    nodes: unasked,
    projects: unasked,
    trustStore: unasked,
    isIdentity: unasked,
    add: ({ certificate }) => answer(`add ${certificate.fingerprint}`),
    rename: ({ fingerprint }) => answer(`rename ${fingerprint}`),
    restrict: ({ fingerprint }) => answer(`restrict ${fingerprint}`),
    revoke: ({ fingerprint }) => answer(`revoke ${fingerprint}`),
  };
  let left = most;
  const applied = await applyChanges(
    { narrowings: [], excess: [], changes: [], revocations: [], ...phases },
    storeOf(a, b, c),
    { lxd, report: () => {}, mayGoOn: () => Promise.resolve(left-- > 0) },
  );
  return { ...applied, asked };
}

const ALL = { changes: [add(d)], excess: [revoke(c)], narrowings: [restrict(a), restrict(b)] };

Deno.test("applyChanges() takes access away before all else", async () => {
  const { asked, trustStore, hasChanged, ...rest } = await run(ALL);
  assert.deepEqual(asked, ["restrict aa", "restrict bb", "revoke cc", "add dd"]);
  assert.deepEqual([...trustStore.keys()], [a, b, d]);
  assert.deepEqual(trustStore.get(a)?.projects, ["web"]);
  assert.ok(hasChanged);
  assert.ok(!isEnd(rest));
});

Deno.test("applyChanges() leaves the other revocations to what follows", async () => {
  const { asked } = await run({ revocations: [revoke(a)], changes: [add(d)] });
  assert.deepEqual(asked, ["add dd"]);
});

Deno.test("applyChanges() revokes what LXD refuses to restrict, and goes on", async () => {
  const given = await run(ALL, { answers: { "restrict aa": REFUSED } });
  assert.deepEqual(given.asked, [
    "restrict aa",
    "restrict bb",
    "revoke cc",
    "revoke aa",
    "add dd",
  ]);
  assert.deepEqual([...given.trustStore.keys()], [b, d]);
  assert.deepEqual([...given.refused], [[a, "LXD refuses the certificate: no"]]);
  assert.deepEqual([given.failure, given.undone], [undefined, []]);
});

Deno.test("applyChanges() goes on after a refused revocation, and gives the reason", async () => {
  const given = await run(ALL, { answers: { "revoke cc": REFUSED } });
  assert.deepEqual(given.asked.at(-1), "add dd");
  assert.deepEqual(given.failure, { ...REFUSED, action: "to revoke cc" });
  assert.deepEqual(given.undone, []);
  assert.ok(!isEnd(given));
});

Deno.test.each([
  { what: "a restriction fails", at: "restrict aa", reply: DOWN, undone: [add(d)] },
  { what: "a restriction is forbidden", at: "restrict bb", reply: FORBIDDEN, undone: [add(d)] },
  { what: "a revocation fails", at: "revoke cc", reply: DOWN, undone: [add(d)] },
])("applyChanges() takes access away, and does nothing else, if $what", async (given) => {
  const { at, reply, undone } = given;
  const result = await run(ALL, { answers: { [at]: reply } });
  assert.deepEqual(result.asked, ["restrict aa", "restrict bb", "revoke cc"]);
  assert.deepEqual(result.failure, reply);
  assert.deepEqual(result.undone, undone);
  assert.ok(isEnd(result));
  // LXD may have acted although its answer was lost.
  assert.ok(result.hasChanged);
});

Deno.test("applyChanges() counts every step that there was no time for", async () => {
  const { asked, undone, failure, ...rest } = await run(ALL, { most: 1 });
  assert.deepEqual(asked, ["restrict aa"]);
  assert.deepEqual(undone, [restrict(b), revoke(c), add(d)]);
  assert.equal(failure, undefined);
  assert.ok(isEnd({ undone, failure }));
  assert.deepEqual([...rest.trustStore.keys()], [a, b, c]);
});

Deno.test("applyChanges() of nothing changes nothing", async () => {
  const { asked, undone, hasChanged, trustStore } = await run({});
  assert.deepEqual([asked, undone, hasChanged], [[], [], false]);
  assert.deepEqual(trustStore, storeOf(a, b, c));
});
