import assert from "node:assert/strict";
import { SYSTEM_CLOCK } from "../async/clock.ts";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { PinError } from "../requirer/pinned_fetch.ts";
import type { TrustEntry, TrustStore } from "../trust/trust_store.ts";
import { CHANGED, enterLxd, type Lxd } from "./client.ts";
import type { Transport } from "./request.ts";

const known = (endpoints: readonly string[]) => () => Promise.resolve(endpoints);

const A = "https://10.0.0.1:8443";
const B = "https://10.0.0.2:8443";
const C = "https://[fd42::3]:8443";
const FINGERPRINT = "aa" as Fingerprint;
const CERTIFICATE: Certificate = { fingerprint: FINGERPRINT, pem: "pem", der: "der" };
const SERVER =
  '{"auth": "trusted", "config": {"core.https_address": "[::]:8443"}, "environment": ' +
  '{"server_name": "node1", "server_version": "5.0.2", "server_clustered": false}}';
const CLUSTERED = SERVER.replace("false", "true");

/** What is answered to `METHOD url body`: metadata, an HTTP status with an error, or an error. */
type Answers = Readonly<Record<string, string | number | Error>>;

/** Answers what it was told to, counts it, and refuses the rest. */
function transport(answers: Answers): Transport & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetch: (url, { method = "GET", body } = {}) => {
      const request = [method, url, ...body === undefined ? [] : [body]].join(" ");
      asked.push(request);
      const answer = answers[request];
      assert.notEqual(answer, undefined, `Cannot answer ${request}`);
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve(
        typeof answer === "number"
          ? new Response('{"error": "no"}', { status: answer })
          : new Response(`{"type": "sync", "error": "", "metadata": ${answer}}`),
      );
    },
    presented: () => Promise.resolve("bb"),
    clock: { ...SYSTEM_CLOCK, pause: () => Promise.resolve() },
  };
}

async function enter(answers: Answers): Promise<Lxd> {
  const entrance = await enterLxd(
    transport({ [`GET ${A}/1.0`]: SERVER, ...answers }),
    { credential: A, known: known([]) },
  );
  assert.ok(entrance.kind === "entered");
  return entrance.lxd;
}

/** How it ends to knock at one server. */
async function ending(answer: string | number | Error) {
  const entrance = await enterLxd(transport({ [`GET ${A}/1.0`]: answer }), {
    credential: A,
    known: known([]),
  });
  assert.ok(entrance.kind === "failed");
  assert.equal(entrance.endpoint, A);
  return entrance.failure;
}

Deno.test("enterLxd() enters by the credential's own endpoint, and asks no other", async () => {
  const world = transport({ [`GET ${A}/1.0`]: SERVER });
  const entrance = await enterLxd(world, { credential: A, known: known([B, C]) });
  assert.ok(entrance.kind === "entered");
  assert.deepEqual([entrance.lxd.endpoint, entrance.lxd.version], [A, "5.0.2"]);
  assert.deepEqual(world.asked, [`GET ${A}/1.0`]);
});

Deno.test.each([
  { what: "not trusted", answer: '{"auth": "untrusted"}', expected: { kind: "untrusted" } },
  {
    what: "not trusted, by one that shows some configuration",
    answer: '{"auth": "untrusted", "config": {"user.microcloud": "1"}, "api_extensions": null}',
    expected: { kind: "untrusted" },
  },
  { what: "forbidden", answer: 403, expected: { kind: "refused", status: 403, message: "no" } },
  {
    what: "failed",
    answer: 500,
    expected: { kind: "unreachable", cause: "error 500, no", hasAnswered: true },
  },
  {
    what: "not understood",
    answer: '"hello"',
    expected: { kind: "unreachable", cause: "an answer that is not LXD's", hasAnswered: true },
  },
  {
    what: "of another server",
    answer: new PinError("x"),
    expected: { kind: "other-server", presented: "bb" },
  },
])("enterLxd() reports that we are $what", async ({ answer, expected }) => {
  assert.deepEqual(await ending(answer), expected);
});

Deno.test("enterLxd() tries known members where the own one is silent, each once", async () => {
  const down = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
  const world = transport({
    [`GET ${A}/1.0`]: down,
    [`GET ${B}/1.0`]: new PinError("x"),
    [`GET ${C}/1.0`]: SERVER,
  });
  const entrance = await enterLxd(world, { credential: A, known: known([A, B, B, C, B]) });
  assert.ok(entrance.kind === "entered");
  assert.equal(entrance.lxd.endpoint, C);
  assert.deepEqual(world.asked, [A, B, C].map((endpoint) => `GET ${endpoint}/1.0`));
});

Deno.test("enterLxd() names the credential's endpoint if all members are silent", async () => {
  const world = transport({ [`GET ${A}/1.0`]: 503, [`GET ${B}/1.0`]: new Error("down") });
  assert.deepEqual(await enterLxd(world, { credential: A, known: known([B]) }), {
    kind: "failed",
    endpoint: A,
    failure: { kind: "unreachable", cause: "error 503, no", hasAnswered: true },
  });
});

Deno.test("enterLxd() believes a member that answers, and an own one that refuses", async () => {
  const untrusted = '{"auth": "untrusted"}';
  const silent = transport({ [`GET ${A}/1.0`]: 503, [`GET ${B}/1.0`]: untrusted });
  assert.deepEqual(await enterLxd(silent, { credential: A, known: known([B, C]) }), {
    kind: "failed",
    endpoint: B,
    failure: { kind: "untrusted" },
  });
  for (const answer of [untrusted, new PinError("x")]) {
    const refusing = transport({ [`GET ${A}/1.0`]: answer });
    assert.equal((await enterLxd(refusing, { credential: A, known: known([B]) })).kind, "failed");
    assert.equal(refusing.asked.length, 1);
  }
});

Deno.test("Lxd.nodes() is the server itself without a cluster, and asks for no members", async () => {
  const lxd = await enter({});
  assert.deepEqual(await lxd.nodes(), {
    kind: "done",
    value: { nodes: [{ endpoint: A, name: "node1" }], isUpgrading: false },
  });
});

Deno.test("Lxd.nodes() lists the members that are online, and the one that answers", async () => {
  const members = ["Online", "Offline", "Evacuated", "Offline"]
    .map((status, index) => ({
      server_name: `node${index}`,
      url: `https://10.0.0.${index}:8443`,
      status,
      roles: [],
    }));
  const lxd = await enter({
    [`GET ${A}/1.0`]: CLUSTERED,
    [`GET ${A}/1.0/cluster/members?recursion=1`]: JSON.stringify(members),
    [`GET ${A}/1.0?target=node0`]: 404,
  });
  assert.deepEqual(await lxd.nodes(), {
    kind: "done",
    value: {
      nodes: [
        { endpoint: "https://10.0.0.0:8443", name: "node0" },
        { endpoint: "https://10.0.0.1:8443", name: "node1" },
      ],
      isUpgrading: false,
    },
  });
});

Deno.test("Lxd.nodes() lists the addresses for clients", async () => {
  const members = ["1", "2", "3", "4", "5", "6"].map((number) => ({
    server_name: `node${number}`,
    url: `https://10.0.0.${number}:8443`,
    status: "Online",
  }));
  const shown = (name: string, address: string) =>
    CLUSTERED.replace("node1", name).replace("[::]:8443", address);
  const lxd = await enter({
    [`GET ${A}/1.0`]: shown("node1", "192.0.2.1:8443"),
    [`GET ${A}/1.0/cluster/members?recursion=1`]: JSON.stringify(members),
    [`GET ${A}/1.0?target=node2`]: shown("node2", "192.0.2.2:9443"),
    [`GET ${A}/1.0?target=node3`]: shown("node3", "[::]:9443"),
    [`GET ${A}/1.0?target=node4`]: 500,
    // Who knows of no targets answers for itself.
    [`GET ${A}/1.0?target=node5`]: shown("node1", "192.0.2.1:8443"),
    [`GET ${A}/1.0?target=node6`]: CLUSTERED.replace("node1", "node6")
      .replace('{"core.https_address": "[::]:8443"}', "null")
      .replace('"server_version"', '"addresses": ["192.0.2.6:8443"], "server_version"'),
  });
  const nodes = await lxd.nodes();
  assert.ok(nodes.kind === "done");
  assert.deepEqual(nodes.value.nodes.map(({ endpoint }) => endpoint), [
    // By the name that the credential gives it.
    A,
    "https://192.0.2.2:9443",
    "https://10.0.0.3:8443",
    "https://10.0.0.4:8443",
    "https://10.0.0.5:8443",
    "https://192.0.2.6:8443",
  ]);
});

Deno.test("Lxd.nodes() lists the client address of the member that replaces the credential's", async () => {
  const members = [{ server_name: "node1", url: "https://10.9.9.9:8443", status: "Online" }];
  const world = transport({
    [`GET ${A}/1.0`]: Object.assign(new Error("x"), { code: "ECONNREFUSED" }),
    [`GET ${B}/1.0`]: CLUSTERED.replace("[::]", "192.0.2.1"),
    [`GET ${B}/1.0/cluster/members?recursion=1`]: JSON.stringify(members),
  });
  const entrance = await enterLxd(world, { credential: A, known: known([B]) });
  assert.ok(entrance.kind === "entered");
  assert.deepEqual(await entrance.lxd.nodes(), {
    kind: "done",
    value: {
      nodes: [{ endpoint: "https://192.0.2.1:8443", name: "node1" }],
      isUpgrading: false,
    },
  });
});

Deno.test("Lxd.nodes() lists the members that serve while the cluster is being upgraded", async () => {
  const members = ["1", "2", "3", "4"].map((number) => ({
    server_name: `node${number}`,
    url: `https://10.0.0.${number}:8443`,
    status: "Blocked",
  }));
  const named = (name: string) => CLUSTERED.replace("node1", name);
  const lxd = await enter({
    [`GET ${A}/1.0`]: CLUSTERED,
    [`GET ${A}/1.0/cluster/members?recursion=1`]: JSON.stringify(members),
    [`GET ${B}/1.0`]: named("node2").replace("[::]:8443", "192.0.2.2:8443"),
    "GET https://10.0.0.3:8443/1.0": new Error("down"),
    [`GET ${A}/1.0?target=node3`]: 503,
    // Members may have a network of their own.
    "GET https://10.0.0.4:8443/1.0": new Error("unreachable"),
    [`GET ${A}/1.0?target=node4`]: named("node4").replace("[::]:8443", "192.0.2.4:8443"),
  });
  assert.deepEqual(await lxd.nodes(), {
    kind: "done",
    value: {
      nodes: [
        { endpoint: A, name: "node1" },
        { endpoint: "https://192.0.2.2:8443", name: "node2" },
        { endpoint: "https://192.0.2.4:8443", name: "node4" },
      ],
      isUpgrading: true,
    },
  });
});

Deno.test("Lxd.nodes() lists at least the member that answers", async () => {
  const lxd = await enter({
    [`GET ${A}/1.0`]: CLUSTERED,
    [`GET ${A}/1.0/cluster/members?recursion=1`]: "[]",
  });
  assert.deepEqual(await lxd.nodes(), {
    kind: "done",
    value: { nodes: [{ endpoint: A, name: "node1" }], isUpgrading: false },
  });
});

const ourFingerprint = "cc" as Fingerprint;
const ENTITLEMENTS =
  "can_create_identities,can_view_identities,can_edit_identities,can_delete_identities";
const ENTITLED = `GET ${A}/1.0?with-access-entitlements=${ENTITLEMENTS}`;
const CURRENT = `GET ${A}/1.0/auth/identities/current`;
const NO_CONFIG = SERVER.replace('{"core.https_address": "[::]:8443"}', '{"user.any": "1"}');

function listed(changes: Partial<TrustEntry>): TrustStore {
  const entry = {
    fingerprint: ourFingerprint,
    name: "",
    type: "client",
    certificate: "",
    projects: null,
  };
  return new Map([[ourFingerprint, { ...entry, ...changes }]]);
}

Deno.test("Lxd.mayManage() believes the list, which has our own entry", async () => {
  const lxd = await enter({});
  const yes = { kind: "done", value: true };
  const no = { kind: "done", value: false };
  assert.deepEqual(await lxd.mayManage(ourFingerprint, listed({})), yes);
  assert.deepEqual(await lxd.mayManage(ourFingerprint, listed({ projects: [] })), no);
  assert.deepEqual(await lxd.mayManage(ourFingerprint, listed({ projects: ["a"] })), no);
  assert.deepEqual(await lxd.mayManage(ourFingerprint, listed({ type: "metrics" })), no);
});

Deno.test.each<{ what: string; answers: Answers; expected: boolean }>([
  {
    what: "a fine-grained identity with all that is needed",
    answers: {
      [ENTITLED]: JSON.stringify({ access_entitlements: ENTITLEMENTS.split(",") }),
    },
    expected: true,
  },
  {
    what: "a fine-grained identity that does not see all identities",
    answers: {
      [ENTITLED]: '{"access_entitlements": ["can_create_identities", "can_delete_identities"]}',
      [`GET ${A}/1.0`]: SERVER,
    },
    expected: false,
  },
  {
    what: "a fine-grained identity, told by its permissions",
    answers: {
      [ENTITLED]: 400,
      [CURRENT]: '{"fine_grained": true, "effective_permissions": [{"entity_type": "server", ' +
        '"url": "/1.0", "entitlement": "permission_manager"}]}',
    },
    expected: true,
  },
  {
    what: "a fine-grained identity with permissions on something else",
    answers: {
      [ENTITLED]: 400,
      [CURRENT]: '{"fine_grained": true, "effective_permissions": [{"entity_type": "project", ' +
        '"url": "/1.0/projects/a", "entitlement": "admin"}]}',
      [`GET ${A}/1.0`]: SERVER,
    },
    expected: false,
  },
  {
    what: "an administrator by LXD's authority",
    answers: { [ENTITLED]: 400, [CURRENT]: '{"fine_grained": false}' },
    expected: true,
  },
  {
    what: "an administrator by the authority of an LXD that knows no identities",
    answers: { [ENTITLED]: SERVER, [CURRENT]: 404 },
    expected: true,
  },
  {
    what: "who is shown the public configuration",
    answers: { [ENTITLED]: NO_CONFIG, [CURRENT]: 404, [`GET ${A}/1.0`]: NO_CONFIG },
    expected: false,
  },
  {
    what: "who is shown no configuration",
    answers: { [ENTITLED]: SERVER, [CURRENT]: 404, [`GET ${A}/1.0`]: '{"auth": "trusted"}' },
    expected: false,
  },
])("Lxd.mayManage() knows $what", async ({ answers, expected }) => {
  const lxd = await enter(answers);
  assert.deepEqual(await lxd.mayManage(ourFingerprint, new Map()), {
    kind: "done",
    value: expected,
  });
});

Deno.test("Lxd.mayManage() reports a failure", async () => {
  const lxd = await enter({ [ENTITLED]: 500 });
  assert.equal((await lxd.mayManage(ourFingerprint, new Map())).kind, "unreachable");
});

Deno.test("Lxd.isIdentity() asks for the certificate by its fingerprint", async () => {
  const one = `GET ${A}/1.0/auth/identities/tls/aa`;
  assert.ok(await (await enter({ [one]: "{}" })).isIdentity(FINGERPRINT));
  assert.ok(!await (await enter({ [one]: 404 })).isIdentity(FINGERPRINT));
});

Deno.test("Lxd.nodes() reports a failure", async () => {
  const members = `GET ${A}/1.0/cluster/members?recursion=1`;
  const lxd = await enter({ [`GET ${A}/1.0`]: CLUSTERED, [members]: 500 });
  const failure = { kind: "unreachable", cause: "error 500, no", hasAnswered: true };
  assert.deepEqual(await lxd.nodes(), failure);
});

Deno.test("Lxd.trustStore() lists entries of every version by fingerprint", async () => {
  const lxd = await enter({
    [`GET ${A}/1.0/certificates?recursion=1`]: '[{"fingerprint": "aa", "name": "n", "type": ' +
      '"client", "restricted": true, "projects": ["b", "a"], "certificate": "pem", "more": 1}, ' +
      '{"fingerprint": "bb", "name": "", "type": "server", "projects": null, "certificate": "p"}, ' +
      '{"fingerprint": "cc", "name": "", "type": "client", "restricted": false, ' +
      '"projects": ["left over"], "certificate": "q"}]',
  });
  assert.deepEqual(await lxd.trustStore(), {
    kind: "done",
    value: new Map([
      ["aa", {
        fingerprint: "aa",
        name: "n",
        type: "client",
        projects: ["a", "b"],
        certificate: "pem",
      }],
      ["bb", {
        fingerprint: "bb",
        name: "",
        type: "server",
        projects: null,
        certificate: "p",
      }],
      ["cc", {
        fingerprint: "cc",
        name: "",
        type: "client",
        projects: null,
        certificate: "q",
      }],
    ]),
  });
});

Deno.test("Lxd.trustStore() takes null for an empty list", async () => {
  const lxd = await enter({ [`GET ${A}/1.0/certificates?recursion=1`]: "null" });
  assert.deepEqual(await lxd.trustStore(), { kind: "done", value: new Map() });
});

const ENTRY: TrustEntry = {
  fingerprint: FINGERPRINT,
  name: "was",
  type: "client",
  projects: null,
  certificate: "pem",
};
const ONE = `${A}/1.0/certificates/aa`;

/** The entry as LXD shows it. */
function shown(changes: Readonly<Record<string, unknown>> = {}): string {
  const { fingerprint, name, type, certificate } = ENTRY;
  return JSON.stringify({ fingerprint, name, type, certificate, restricted: false, ...changes });
}

Deno.test("Lxd changes entries with what LXD's API takes", async () => {
  const post = `POST ${A}/1.0/certificates`;
  const lxd = await enter({
    [`${post} {"type":"client","name":"n","certificate":"der","restricted":false,"projects":[]}`]:
      "{}",
    [`${post} {"type":"client","name":"n","certificate":"der","restricted":true,"projects":["a"]}`]:
      "{}",
    [`GET ${ONE}`]: shown(),
    [`PATCH ${ONE} {"name":"n","restricted":false,"projects":[]}`]: "{}",
    [`PATCH ${ONE} {"restricted":true,"projects":["a"]}`]: "{}",
    [`PATCH ${ONE} {"restricted":false,"projects":[]}`]: "{}",
    [`DELETE ${ONE}`]: "{}",
  });
  const answers = [
    await lxd.add({ certificate: CERTIFICATE, name: "n", projects: null }),
    await lxd.add({ certificate: CERTIFICATE, name: "n", projects: ["a"] }),
    await lxd.rename(ENTRY, "n"),
    await lxd.restrict(ENTRY, ["a"]),
    await lxd.restrict(ENTRY, null),
    await lxd.revoke(ENTRY),
  ];
  assert.deepEqual(answers.map(({ kind }) => kind), Array(6).fill("done"));
});

Deno.test("Lxd.rename() sends the projects that the entry has now", async () => {
  const lxd = await enter({
    [`GET ${ONE}`]: shown({ restricted: true, projects: ["a"] }),
    [`PATCH ${ONE} {"name":"n","restricted":true,"projects":["a"]}`]: "{}",
  });
  assert.equal((await lxd.rename(ENTRY, "n")).kind, "done");
});

Deno.test("Lxd changes nothing of an entry that has another name or type by now", async () => {
  for (const changes of [{ name: "by hand" }, { type: "metrics" }]) {
    // Any other request has no answer.
    const lxd = await enter({ [`GET ${ONE}`]: shown(changes) });
    const replies = [
      await lxd.rename(ENTRY, "n"),
      await lxd.restrict(ENTRY, ["a"]),
      await lxd.revoke(ENTRY),
    ];
    for (const reply of replies) assert.ok(reply.kind === "refused" && reply.status === CHANGED);
  }
});

Deno.test("Lxd changes an entry under the condition that it is as it was read", async () => {
  const conditions: unknown[] = [];
  const world: Transport = {
    ...transport({ [`GET ${A}/1.0`]: SERVER }),
    fetch: (url, { method = "GET", headers } = {}) => {
      if (method !== "GET") conditions.push(headers);
      const metadata = url.endsWith("/1.0") ? SERVER : shown();
      const body = `{"error": "", "metadata": ${metadata}}`;
      return Promise.resolve(new Response(body, { headers: { etag: '"e"' } }));
    },
  };
  const entrance = await enterLxd(world, { credential: A, known: known([]) });
  assert.ok(entrance.kind === "entered");
  const { lxd } = entrance;
  await Promise.all([lxd.rename(ENTRY, "n"), lxd.restrict(ENTRY, ["a"]), lxd.revoke(ENTRY)]);
  assert.deepEqual(conditions, Array(3).fill({ "if-match": '"e"' }));
});

Deno.test("Lxd reports a refusal in LXD's words", async () => {
  const lxd = await enter({ [`GET ${ONE}`]: shown(), [`DELETE ${ONE}`]: 404 });
  assert.deepEqual(await lxd.revoke(ENTRY), { kind: "refused", status: 404, message: "no" });
});
