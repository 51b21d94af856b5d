import assert from "node:assert/strict";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { CertificateState, Rejection } from "../requirer/databag.ts";
import { soonFrom } from "./expiry.ts";
import { createMark } from "./owner.ts";
import {
  type Facts,
  newRejections,
  pendingOf,
  publicationOf,
  registeredOf,
  rejectedOf,
  type RelationView,
  unsettledOf,
} from "./publication.ts";
import type { TrustEntry, TrustStore } from "./trust_store.ts";
import type { CodedRejection, Published, Want } from "./want.ts";

const mark = createMark("lxd", "uuid");
const AMS0 = { relation: "3", name: "ams/0" };
const AMS1 = { relation: "3", name: "ams/1" };
const certificate = (id: string): Certificate => ({
  fingerprint: id as Fingerprint,
  pem: `pem ${id}`,
  der: `der ${id}`,
});

function want(id: string, requirer = AMS0, text = `text ${id}`): Want {
  return { requirer, certificate: certificate(id), text, projects: null };
}

/** A trust store of `[fingerprint, name]`, or with a type that is not `client`. */
function store(...entries: readonly (readonly [string, string, string?])[]): TrustStore {
  return new Map(entries.map(([id, name, type = "client"]): [Fingerprint, TrustEntry] => [
    id as Fingerprint,
    {
      fingerprint: id as Fingerprint,
      name,
      type,
      projects: null,
      certificate: `pem ${id}`,
    },
  ]));
}

function told(
  registered: Readonly<Record<string, string>> = {},
  rejected: readonly Rejection[] = [],
  certificates: readonly CertificateState[] = [],
): Published {
  return {
    endpoints: [],
    registered: new Map(Object.entries(registered).map(([id, text]) => [id as Fingerprint, text])),
    rejected,
    certificates: new Map(certificates.map((state) => [state.fingerprint, state])),
    original: new Set(),
  };
}

function view(more: Partial<RelationView> = {}): RelationView {
  return {
    relation: "3",
    only: undefined,
    admitted: [],
    rejected: [],
    sent: [],
    published: told(),
    kept: new Map(),
    awaited: new Set(),
    ...more,
  };
}

const rejectionOf = (
  unit: string,
  fingerprint: string | null = null,
  reason = "r",
): CodedRejection => ({ unit, fingerprint, code: "lxd-refused", reason });

const pendingState = (fingerprint: string): CertificateState => ({
  fingerprint,
  state: "pending",
  expires_at: "2036-01-01T00:00:00Z",
});

const registered = (view: RelationView, trustStore: TrustStore, ...unnamed: readonly string[]) =>
  Object.fromEntries(
    registeredOf(view, { trustStore, mark, unnamed: new Set(unnamed as Fingerprint[]) }),
  );

Deno.test("registeredOf() lists wanted and trusted certificates of its own relation", () => {
  const trustStore = store(
    ["a", "lxd@uuid:3:ams-0"],
    ["b", "lxd@uuid:shared"],
    ["c", "by hand"],
    ["d", "lxd@uuid:4:other-0"],
  );
  const admitted = ["a", "b", "c", "d", "missing"].map((id) => want(id));
  assert.deepEqual(registered(view({ admitted }), trustStore), {
    a: "text a",
    b: "text b",
    c: "text c",
  });
  // LXD does not let the leader make it a shared one.
  assert.equal(registered(view({ admitted }), trustStore, "d")["d"], "text d");
});

Deno.test("registeredOf() lists nothing of other relations", () => {
  const trustStore = store(
    ["a", "lxd@uuid:4:ams-0"],
    ["b", "lxd@uuid:shared"],
    ["c", "by hand"],
    ["d", "lxd@uuid:3:ams-0", "server"],
    ["e", "lxd@other:3:ams-0"],
    ["f", "lxd@uuid:33:ams-0"],
  );
  const published = told({ a: "old", b: "old", c: "old" });
  assert.deepEqual(registered(view({ published }), trustStore), {});
});

Deno.test("registeredOf() still lists kept certificates while they are trusted", () => {
  const kept = new Map([["a", "text a"], ["b", "text b"]] as [Fingerprint, string][]);
  assert.deepEqual(registered(view({ kept }), store(["a", "lxd@uuid:shared"])), {
    a: "text a",
  });
});

Deno.test("registeredOf() carries over what requirers have that were not read", () => {
  const trustStore = store(
    ["a", "lxd@uuid:3:ams-0"],
    ["b", "lxd@uuid:3:ams-1"],
    ["c", "lxd@uuid:3:ams"],
    ["d", "lxd@uuid:3:ams-10"],
  );
  const published = told({ a: "old a", b: "old b", d: "old d", gone: "old" });
  const only = { ...view({ only: AMS0, published }) };
  // In the words of the one who asked, where these are known.
  assert.deepEqual(registered(only, trustStore), { b: "old b", c: "pem c", d: "old d" });
  const admitted = [want("a")];
  assert.deepEqual(registered({ ...only, admitted }, trustStore), {
    a: "text a",
    b: "old b",
    c: "pem c",
    d: "old d",
  });
});

Deno.test("registeredOf() lists nothing that its requirer may not have", () => {
  const trustStore = store(["a", "lxd@uuid:3:ams-0"], ["b", "lxd@uuid:3:ams-1"]);
  const rejected = [rejectionOf("ams/0", "a"), rejectionOf("ams/0", "b"), rejectionOf("ams/0")];
  for (const only of [undefined, AMS1, { relation: "3", name: "ams/2" }]) {
    const expected = only === AMS1 ? {} : { b: "pem b" };
    assert.deepEqual(registered(view({ only, rejected }), trustStore), expected);
  }
  // Another one of the relation may have it.
  assert.deepEqual(registered(view({ rejected, admitted: [want("a", AMS1)] }), trustStore), {
    a: "text a",
    b: "pem b",
  });
});

Deno.test("registeredOf() keeps its text while two requirers write differently", () => {
  const trustStore = store(["a", "lxd@uuid:shared"]);
  const admitted = [want("a", AMS0, "y"), want("a", AMS1, "x")];
  const texts = ["x", "y", "z"].map((before) =>
    registered(view({ admitted, published: told({ a: before }) }), trustStore)["a"]
  );
  assert.deepEqual(texts, ["x", "y", "x"]);
  const reversed = view({ admitted: admitted.toReversed() });
  assert.equal(registered(reversed, trustStore)["a"], "x");
});

Deno.test("rejectedOf() replaces the rejections of the requirer that was read", () => {
  const published = told({}, [rejectionOf("ams/0"), rejectionOf("ams/1")]);
  const rejected = [rejectionOf("ams/0", "bb"), rejectionOf("ams/1", "cc")];
  assert.deepEqual(rejectedOf(view({ only: AMS0, published, rejected })), [
    rejectionOf("ams/1"),
    rejectionOf("ams/0", "bb"),
  ]);
  assert.deepEqual(rejectedOf(view({ only: AMS0, published })), [rejectionOf("ams/1")]);
  assert.deepEqual(rejectedOf(view({ published, rejected })), rejected);
});

Deno.test("unsettledOf() lists published, trusted certificates of other requirers", () => {
  const trustStore = store(
    ["shared", "lxd@uuid:shared"],
    ["foreign", "by hand"],
    ["wanted", "lxd@uuid:shared"],
    ["named", "lxd@uuid:3:ams-1"],
    ["unpublished", "lxd@uuid:shared"],
  );
  const published = told({ shared: "", foreign: "", wanted: "", named: "", gone: "" });
  assert.deepEqual(
    unsettledOf({ admitted: [want("wanted")], published }, { trustStore, mark }),
    ["shared", "foreign"],
  );
});

Deno.test("pendingOf() lists published, pending certificates that only another requirer may want", () => {
  const trustStore = store(
    ["elsewhere", "lxd@uuid:4:other-0"],
    ["shared", "lxd@uuid:shared"],
    ["named", "lxd@uuid:3:ams-1"],
  );
  const states = ["elsewhere", "shared", "named", "wanted", "unknown"].map(pendingState);
  const trusted = { ...pendingState("trusted"), state: "trusted", projects: null } as const;
  const published = told({}, [], [...states, trusted]);
  const relation = view({ admitted: [want("wanted")], published });
  assert.deepEqual(pendingOf(relation, { trustStore, mark }), ["elsewhere", "shared", "unknown"]);
});

Deno.test("newRejections() lists rejections that are not published", () => {
  const published = told({}, [rejectionOf("ams/0"), rejectionOf("ams/0", "aa")]);
  const fresh = [rejectionOf("ams/1"), rejectionOf("ams/0", "aa", "s"), rejectionOf("ams/0", "bb")];
  assert.deepEqual(newRejections(published, [rejectionOf("ams/0"), ...fresh]), fresh);
  // A former version published the same without a code.
  const { code: _, ...former } = rejectionOf("ams/0");
  assert.deepEqual(newRejections(told({}, [former]), [rejectionOf("ams/0")]), []);
});

const FACTS: Facts = {
  nodes: [{ endpoint: "https://10.0.0.1:8443", name: "node1" }],
  isClustered: false,
  addresses: ["10.0.0.1:8443"],
  server: certificate("server"),
  trustStore: store(["a", "lxd@uuid:3:ams-0"], ["b", "lxd@uuid:3:ams-0"]),
  refused: new Map([
    ["b" as Fingerprint, { code: "lxd-refused", reason: "no such project" }],
  ]),
  unnamed: new Set(),
  mark,
  soon: soonFrom(new Date(), 30),
};

Deno.test("publicationOf() holds nodes, server, certificates and rejections", () => {
  const rejected = [rejectionOf("ams/0")];
  assert.deepEqual(publicationOf(view({ admitted: [want("a")], rejected }), FACTS), {
    nodes: FACTS.nodes,
    isClustered: false,
    addresses: FACTS.addresses,
    server: FACTS.server,
    registered: new Map([["a", "text a"], ["b", "pem b"]]),
    pending: new Set(),
    rejected,
    certificates: ["a", "b"].map((fingerprint) => {
      return { fingerprint, state: "trusted", projects: null, expires_at: null };
    }),
  });
});

Deno.test("publicationOf() rejects entries whose name prevents the adoption", () => {
  const trustStore = store(["a", "lxd@uuid:original"], ["b", "lxd@uuid:3:ams-0"]);
  const admitted = [want("a"), want("b")];
  const publication = (...unnamed: readonly string[]) =>
    publicationOf(view({ admitted }), {
      ...FACTS,
      trustStore,
      refused: new Map(),
      unnamed: new Set(unnamed as Fingerprint[]),
    });
  const { registered, pending } = publication("a", "b");
  assert.deepEqual([[...registered.keys()].sort(), [...pending]], [["a", "b"], ["a"]]);
  // Who does not lead leaves it to the leader.
  assert.deepEqual([...publication().pending], []);
});

Deno.test("publicationOf() rejects wants that LXD refused, and no other want of the certificate", () => {
  const wanting = (projects: readonly string[] | null, requirer = AMS0): Want => ({
    ...want("b", requirer),
    projects,
  });
  const trustStore: TrustStore = new Map(
    [...store(["a", "lxd@uuid:3:ams-0"], ["b", "lxd@uuid:shared"])]
      .map(([id, entry]) => [id, { ...entry, projects: ["db", "web"] }]),
  );
  const facts = { ...FACTS, trustStore };
  const reason = "no such project";
  const publish = (...wants: readonly Want[]) => {
    const { registered, rejected } = publicationOf(view({ admitted: wants }), facts);
    return [[...registered.keys()], rejected];
  };
  assert.deepEqual(publish(wanting(["web"])), [["a", "b"], []]);
  assert.deepEqual(publish(wanting(null), wanting(["wbe"], AMS1)), [
    ["a"],
    [rejectionOf("ams/0", "b", reason), rejectionOf("ams/1", "b", reason)],
  ]);
  const foreign = store(["b", "lxd@uuid:shared", "metrics"]);
  const { registered } = publicationOf(view({ admitted: [wanting(null)] }), {
    ...facts,
    trustStore: foreign,
  });
  assert.equal(registered.size, 0, "another client registered it meanwhile");
  const none = new Map([...trustStore].filter(([id]) => id !== "b"));
  const { rejected } = publicationOf(view({ admitted: [wanting(["web"])] }), {
    ...facts,
    trustStore: none,
  });
  assert.deepEqual(rejected, [rejectionOf("ams/0", "b", reason)]);
});

const states = (relation: RelationView, facts: Facts = FACTS) =>
  Object.fromEntries(
    publicationOf(relation, facts).certificates.map(({ fingerprint, state }) => [
      fingerprint,
      state,
    ]),
  );

Deno.test("publicationOf() tells which certificates are trusted, pending and rejected", () => {
  const published = told(
    { c: "old c", gone: "old" },
    [rejectionOf("ams/0", "once"), rejectionOf("ams/1", "old")],
    [pendingState("c"), pendingState("gone")],
  );
  const trustStore = store(
    ["a", "lxd@uuid:3:ams-0"],
    ["c", "lxd@uuid:3:ams-1"],
    ["d", "lxd@uuid:4:other-0"],
  );
  const relation = view({
    only: AMS0,
    admitted: ["a", "b", "d", "e"].map((id) => want(id)),
    rejected: [rejectionOf("ams/0", "bad"), rejectionOf("ams/0", "a")],
    awaited: new Set(["kept" as Fingerprint]),
    published,
  });
  assert.deepEqual(states(relation, { ...FACTS, trustStore }), {
    // One wish of it is rejected, and another one is served.
    a: "trusted",
    // LXD refused it.
    b: "rejected",
    bad: "rejected",
    // Another requirer has it, by the name of the entry.
    c: "trusted",
    // It bears the name of another relation, until the leader makes it a shared one.
    d: "pending",
    e: "pending",
    kept: "pending",
    old: "rejected",
  });
});

Deno.test("publicationOf() tells no certificate trusted that LXD's trust store lacks", () => {
  const admitted = ["a", "b"].map((id) => want(id));
  const kept = new Map([["a" as Fingerprint, "text a"]]);
  const facts = { ...FACTS, trustStore: new Map(), refused: new Map() };
  assert.deepEqual(states(view({ admitted, kept }), facts), { a: "pending", b: "pending" });
});
