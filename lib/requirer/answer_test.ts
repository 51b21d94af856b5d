import assert from "node:assert/strict";
import { answering, STATES } from "../../tests/answers.ts";
import { createCertificate } from "../../tests/certificates.ts";
import { firstCertificate } from "./certificate.ts";
import { byteLength } from "./line.ts";
import { type Answer, type Databag, readAnswer, standingOf } from "./mod.ts";

const [old, fresh, server] = await Promise.all([1, 2, 3].map(() => createCertificate()));
assert.ok(old && fresh && server);
const pem = server.certificate;
const ERROR = { code: "lxd-unreachable", reason: "LXD does not answer" };

function publication(...trusted: readonly { fingerprint: string; certificate: string }[]): Databag {
  return answering({ server: pem, trusted });
}

function answerOf(changes: Partial<Answer> = {}): Answer {
  return {
    version: "1.0",
    nodes: [],
    server: undefined,
    rejections: [],
    certificates: new Map(),
    providerError: undefined,
    ...changes,
  };
}

Deno.test("readAnswer() reads what the provider writes", () => {
  const trusted = STATES.trusted(old, ["web"]);
  const rejected = STATES.rejected(fresh);
  const rejection = { unit: "a/0", fingerprint: fresh.fingerprint, code: "expired", reason: "r" };
  const databag = answering({
    server: pem,
    trusted: [old],
    rejected_certificates: [rejection],
    certificates: [trusted, rejected],
    provider_error: ERROR,
  });
  const expected = answerOf({
    nodes: [
      { endpoint: "https://10.0.0.1:8443", name: "one", trusted: [old.fingerprint] },
      { endpoint: "https://[fd42::1]:8443", name: "two", trusted: [old.fingerprint] },
    ],
    server: firstCertificate(pem),
    rejections: [rejection],
    certificates: new Map([[old.fingerprint, trusted], [fresh.fingerprint, rejected]]),
    providerError: ERROR,
  });
  assert.deepEqual(readAnswer(databag, []), expected);
  assert.deepEqual(readAnswer({}, [{ "private-address": "10.0.0.2" }, databag]), expected);
});

Deno.test("readAnswer() prefers the application's databag, which the leader writes", () => {
  const { nodes } = readAnswer(publication(fresh), [publication(old)]);
  assert.deepEqual(nodes.map(({ trusted }) => trusted), [[fresh.fingerprint], [fresh.fingerprint]]);
  // An error alone is an answer, too.
  const provider_error = JSON.stringify(ERROR);
  assert.deepEqual(readAnswer({ provider_error }, [publication(old)]).providerError, ERROR);
});

Deno.test("readAnswer() joins the units' data, for one may be late", () => {
  const rejected = [{ unit: "my-charm/0", fingerprint: fresh.fingerprint, reason: "r" }];
  const late: Databag = {
    ...publication(old),
    rejected_certificates: JSON.stringify(rejected),
  };
  const answer = readAnswer({ "private-address": "10.0.0.1" }, [late, {}, publication(fresh)]);
  assert.deepEqual(answer.nodes.map(({ name, trusted }) => [name, trusted]), [
    ["one", [old.fingerprint, fresh.fingerprint]],
    ["two", [old.fingerprint, fresh.fingerprint]],
  ]);
  assert.deepEqual(answer.rejections, []);
  const twice = [late, { ...late, nodes: publication()["nodes"] ?? "" }];
  assert.deepEqual(readAnswer({}, twice).rejections, rejected);
  assert.equal(readAnswer({}, [{ nodes: "[]" }, late]).server?.pem, late["server_certificate"]);
});

Deno.test.each(
  [
    { states: ["pending", "trusted"], expected: "trusted" },
    { states: ["rejected", "trusted"], expected: "trusted" },
    { states: ["pending", "rejected"], expected: "rejected" },
  ] as const,
)("readAnswer() takes a certificate that units call $states for $expected", (row) => {
  const databags = row.states.map((state) =>
    answering({ server: pem, trusted: [], certificates: [STATES[state](old)] })
  );
  for (const units of [databags, databags.toReversed()]) {
    const { certificates } = readAnswer({}, units);
    assert.equal(certificates.get(old.fingerprint)?.state, row.expected);
  }
});

Deno.test("readAnswer() reads a warning about a trusted certificate, which is no rejection", () => {
  const warning = { code: "expires-soon", reason: "It expires\non 2036-01-02\u202e" };
  const certificates = [{ ...STATES.trusted(old), ...warning }];
  const answer = readAnswer({}, [answering({ server: pem, trusted: [old], certificates })]);
  const reason = String.raw`It expires on 2036-01-02\u202e`;
  assert.deepEqual(answer.certificates.get(old.fingerprint), {
    ...STATES.trusted(old),
    ...warning,
    reason,
  });
  assert.deepEqual(answer.rejections, []);
  assert.equal(standingOf(old.certificate, answer).kind, "trusted");
});

Deno.test("readAnswer() takes one unit that can serve for enough", () => {
  const failing = answering({ server: pem, trusted: [], provider_error: ERROR });
  assert.deepEqual(readAnswer({}, [failing, failing, {}]).providerError, ERROR);
  assert.equal(readAnswer({}, [failing, publication()]).providerError, undefined);
  assert.equal(readAnswer({}, [publication(), failing]).providerError, undefined);
});

Deno.test.each([
  { what: "a list", value: [old.fingerprint], expected: [old.fingerprint] },
  { what: "the text of a list", value: `["${old.fingerprint}"]`, expected: [old.fingerprint] },
  { what: "an empty list", value: [], expected: [] },
  { what: "the text of an empty list", value: "[]", expected: [] },
  { what: "nothing", value: undefined, expected: [] },
  { what: "garbage", value: "x", expected: [] },
])("readAnswer() reads the original charm's fingerprints: $what", ({ value, expected }) => {
  const node = { endpoint: "https://10.0.0.1:8443", name: "one", trusted_certs_fp: value };
  const answer = readAnswer({}, [{ version: '"1.0"', nodes: JSON.stringify([node]) }]);
  const { endpoint, name } = node;
  assert.deepEqual(answer, answerOf({ nodes: [{ endpoint, name, trusted: expected }] }));
});

Deno.test.each([
  "",
  "x",
  "null",
  "{}",
  '[{"name":1}]',
  // All or none: a certificate that good nodes trust must not seem to be trusted everywhere.
  `[{"endpoint":"https://10.0.0.1:8443","name":"one"},{"endpoint":"http://10.0.0.2","name":"two"}]`,
  `[{"endpoint":"https://evil\\n:8443","name":"one"}]`,
  `[{"endpoint":"https://user@10.0.0.1:8443","name":"one"}]`,
  `[{"endpoint":"https://[::1:8443","name":"one"}]`,
].map((nodes) => ({ nodes })))("readAnswer() takes the nodes $nodes for none", ({ nodes }) => {
  const answer = readAnswer({ version: "1.0", nodes, server_certificate: "x" }, []);
  assert.deepEqual(answer, answerOf());
});

Deno.test("readAnswer() leaves out what it cannot read, and keeps what is beside it", () => {
  const rejection = { unit: "a/0", fingerprint: null, code: "private-key", reason: "r" };
  const state = STATES.pending(old);
  const bad = [
    null,
    1,
    "x",
    [],
    {},
    { ...rejection, reason: 1 },
    ...["odd", "trusted", "rejected"].map((kind) => ({ ...state, state: kind })),
  ];
  const databag = {
    version: "1.0",
    rejected_certificates: JSON.stringify([...bad, rejection]),
    certificates: JSON.stringify([...bad, { ...state, addition: "of a later version" }]),
    provider_error: "[]",
  };
  assert.deepEqual(
    readAnswer(databag, []),
    answerOf({
      rejections: [rejection],
      certificates: new Map([[old.fingerprint, state]]),
    }),
  );
});

Deno.test("readAnswer() bounds the texts of a hostile provider, and shows what is invisible", () => {
  const text = `a\n\u001b[31m\u202e${"x".repeat(1_000_000)}`;
  const rejection = { unit: text, fingerprint: null, reason: text };
  const answer = readAnswer({
    version: text,
    nodes: JSON.stringify([{ endpoint: "https://10.0.0.1:8443", name: text }]),
    rejected_certificates: JSON.stringify([rejection]),
    certificates: JSON.stringify([STATES.rejected(old, text)]),
    provider_error: JSON.stringify({ code: "x", reason: text }),
  }, []);
  const state = answer.certificates.get(old.fingerprint);
  const bounds: readonly (readonly [string | undefined, number])[] = [
    [answer.version, 32],
    [answer.nodes[0]?.name, 256],
    [answer.rejections[0]?.unit, 256],
    [answer.rejections[0]?.reason, 512],
    [state?.state === "rejected" ? state.reason : undefined, 512],
    [answer.providerError?.reason, 512],
  ];
  for (const [shown, maximum] of bounds) {
    assert.match(shown ?? "", /^a \\u001b\[31m\\u202ex+\.\.\.$/);
    assert.equal(byteLength(shown ?? ""), maximum);
  }
});

Deno.test.each([
  { what: "many lists", text: `[${"[],".repeat(200_000)}[]]` },
  { what: "a list in a list in a list", text: "[".repeat(1_000_000) },
  { what: "a text without an end", text: `["${"x".repeat(16_777_216)}"]` },
])("readAnswer() reads nothing in $what", ({ text }) => {
  const databag = {
    version: "1.0",
    nodes: text,
    rejected_certificates: text,
    certificates: text,
    provider_error: text,
  };
  assert.deepEqual(readAnswer(databag, []), answerOf());
});

Deno.test("readAnswer() reads the answer to a relation with a thousand units", () => {
  const fingerprints = Array.from({ length: 100_000 }, (_, n) => `${n}`.padStart(64, "0"));
  const rejected = fingerprints.map((fingerprint, n) => ({
    unit: `a/${n % 1000}`,
    fingerprint,
    code: "expired",
    reason: "The certificate expired on 2026-01-01",
  }));
  const databag = { version: "1.0", rejected_certificates: JSON.stringify(rejected) };
  assert.equal(readAnswer(databag, []).rejections.length, 100_000);
});
