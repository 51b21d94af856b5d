import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { type Certificate, type Fingerprint, firstCertificate } from "../requirer/certificate.ts";
import type { Databag } from "../requirer/databag.ts";
import type { Publication, Wants } from "../trust/want.ts";
import { parsePublished, parseWants, renderPublication } from "./lxd.ts";

const requirer = { relation: "3", name: "ams/0" };

const [one, two] = await Promise.all([createCertificate(), createCertificate()]);
const A = one.certificate;
const B = two.certificate;

function read(databag: Databag): Wants {
  return parseWants("3", { name: "ams", databag: {} }, [{ name: "ams/0", databag }]);
}

function request(clientCertificates: string, more: Databag = {}): Wants {
  return read({ ...more, client_certificates: clientCertificates });
}

Deno.test("parseWants() reads each certificate once for each requirer", () => {
  const { wants, rejected } = request(JSON.stringify([A.trim(), B, A]));
  assert.deepEqual(wants, [
    { requirer, certificate: firstCertificate(A), text: A.trim(), projects: null },
    { requirer, certificate: firstCertificate(B), text: B, projects: null },
  ]);
  assert.deepEqual(rejected, []);
});

Deno.test("parseWants() takes nothing from an empty databag, or a provider's", () => {
  const databags: readonly Databag[] = [
    {},
    { client_certificates: "" },
    { server_certificate: A },
  ];
  for (const databag of databags) {
    assert.deepEqual(read(databag), { wants: [], rejected: [], refused: [] });
  }
});

Deno.test("parseWants() gives each reason once, and reads the rest", () => {
  const { wants, rejected } = request(JSON.stringify(["rubbish", A, "more rubbish"]));
  assert.deepEqual(wants.map(({ text }) => text), [A]);
  const reason = "The text holds no PEM certificate";
  const code = "not-certificate";
  assert.deepEqual(rejected, [{ unit: "ams/0", fingerprint: null, code, reason }]);
});

Deno.test("parseWants() gives few rejections for much garbage", () => {
  const count = 5_000;
  const lists = [
    Array.from({ length: count }, (_, index) => `rubbish ${index}`),
    Array.from({ length: count }, (_, index) => index),
    Array.from({ length: count }, (_, index) => ({ index })),
    Array.from({ length: count }, () => one.key),
    Array.from({ length: count }, () => A.replace("MII", "MIJ")),
  ];
  for (const list of lists) {
    const { rejected } = request(JSON.stringify(list));
    assert.equal(rejected.length, 1);
    assert.ok(JSON.stringify(rejected).length < 300);
  }
});

Deno.test("parseWants() gives few rejections for blocks with many labels", () => {
  const labels = Array.from({ length: 500 }, (_, index) => `LABEL ${index}`);
  const blocks = labels.map((label) => `-----BEGIN ${label}-----\nAA==\n-----END ${label}-----\n`);
  assert.ok(request(blocks.join("")).rejected.length < 50);
});

Deno.test.each([
  { what: "absent", projects: {}, expected: null },
  { what: "empty", projects: { projects: " " }, expected: null },
  { what: "one", projects: { projects: '["a"]' }, expected: ["a"] },
  { what: "several", projects: { projects: ' ["b", "a", "b"] ' }, expected: ["a", "b"] },
])("parseWants() takes projects that are $what", ({ projects, expected }) => {
  assert.deepEqual(request(JSON.stringify([A, B]), projects).wants.map((want) => want.projects), [
    expected,
    expected,
  ]);
});

Deno.test.each(
  [
    "a",
    "a,b",
    '"a"',
    '{"a": 1}',
    "[1]",
    '["a", null]',
    '["a", ""]',
    "true",
    "[",
    "[]",
    '["a b"]',
    '["-----BEGIN PRIVATE KEY-----\\nMC4C"]',
  ]
    .map((projects) => ({ projects })),
)("parseWants() widens nothing where projects is $projects", ({ projects }) => {
  const reason = "projects must be a JSON list of at least one project name";
  assert.deepEqual(request(JSON.stringify([A, B]), { projects }), {
    wants: [],
    rejected: [one, two].map(({ fingerprint }) => {
      return { unit: "ams/0", fingerprint, code: "projects-unreadable", reason };
    }),
    refused: [A, B].map(firstCertificate),
  });
});

const [AA = "", BB = "", CC = ""] = ["a", "b", "c"].map((digit) => digit.repeat(64));
const PUBLICATION: Publication = {
  nodes: [
    { name: "node2", endpoint: "https://[fd42::1]:8443" },
    { name: "node1", endpoint: "https://10.0.0.1:8443" },
  ],
  registered: new Map([["bb" as Fingerprint, "B"], ["aa" as Fingerprint, "A"]]),
  pending: new Set(),
  isClustered: false,
  addresses: [],
  server: firstCertificate(A) as Certificate,
  rejected: [
    { unit: "ams/1", fingerprint: CC, code: "expired", reason: "r" },
    { unit: "ams/0", fingerprint: null, reason: "of a former version" },
  ],
  certificates: [
    { fingerprint: AA, state: "trusted", projects: null, expires_at: null },
    { fingerprint: BB, state: "pending", expires_at: "2036-01-01T00:00:00Z" },
    { fingerprint: CC, state: "rejected", expires_at: null, code: "expired", reason: "r" },
  ],
};

Deno.test("renderPublication() writes the interface's keys in a fixed order", () => {
  assert.deepEqual(renderPublication(PUBLICATION), {
    version: "1.0",
    nodes: '[{"endpoint":"https://10.0.0.1:8443","name":"node1","trusted_certs_fp":["aa","bb"]},' +
      '{"endpoint":"https://[fd42::1]:8443","name":"node2","trusted_certs_fp":["aa","bb"]}]',
    registered_certificates: '["A","B"]',
    server_certificate: A,
    rejected_certificates: '[{"unit":"ams/0","fingerprint":null,"reason":"of a former version"},' +
      `{"unit":"ams/1","fingerprint":"${CC}","code":"expired","reason":"r"}]`,
    certificates: `[{"fingerprint":"${AA}","state":"trusted","projects":null,"expires_at":null},` +
      `{"fingerprint":"${BB}","state":"pending","expires_at":"2036-01-01T00:00:00Z"},` +
      `{"fingerprint":"${CC}","state":"rejected","expires_at":null,"code":"expired","reason":"r"}]`,
  });
});

Deno.test("renderPublication() gives the same bytes for any order", () => {
  assert.deepEqual(
    renderPublication({
      ...PUBLICATION,
      nodes: PUBLICATION.nodes.toReversed(),
      registered: new Map([...PUBLICATION.registered].reverse()),
      rejected: PUBLICATION.rejected.toReversed(),
    }),
    renderPublication(PUBLICATION),
  );
});

Deno.test("renderPublication() writes empty lists, but no empty list of rejections", () => {
  const empty = { ...PUBLICATION, registered: new Map(), rejected: [], certificates: [] };
  const databag = renderPublication({ ...empty, nodes: PUBLICATION.nodes.slice(0, 1) });
  assert.deepEqual([databag["rejected_certificates"], databag["certificates"]], ["", ""]);
  assert.equal(databag["registered_certificates"], "[]");
  assert.match(databag["nodes"] ?? "", /"trusted_certs_fp":\[\]/);
});

Deno.test("parsePublished() reads what renderPublication() wrote", () => {
  const registered = new Map([
    [two.fingerprint as Fingerprint, `mine\r\n${B}`],
    [one.fingerprint as Fingerprint, A.trim()],
  ]);
  const published = parsePublished(renderPublication({ ...PUBLICATION, registered }));
  assert.deepEqual(published, {
    endpoints: ["https://10.0.0.1:8443", "https://[fd42::1]:8443"],
    registered: new Map([...registered].sort()),
    rejected: PUBLICATION.rejected.toReversed(),
    certificates: new Map(PUBLICATION.certificates.map((one) => [one.fingerprint, one])),
    original: new Set(),
  });
});

const NOTHING = {
  endpoints: [],
  registered: new Map(),
  rejected: [],
  certificates: new Map(),
  original: new Set(),
};

Deno.test.each([
  { what: "nothing", databag: {} },
  {
    what: "no JSON",
    databag: { nodes: "x", registered_certificates: "[", rejected_certificates: "" },
  },
  { what: "null", databag: { nodes: "null", registered_certificates: "null" } },
  {
    what: "other types",
    databag: {
      nodes: "{}",
      registered_certificates: '"x"',
      rejected_certificates: '[{"unit":1}]',
      certificates: `[{"fingerprint":"${AA}","state":"lost"}]`,
    },
  },
  { what: "no certificate", databag: { registered_certificates: '["x", ""]' } },
])("parsePublished() counts as absent what cannot be read: $what", ({ databag }) => {
  assert.deepEqual(parsePublished(databag), NOTHING);
});

Deno.test("parsePublished() reads a former version's nodes and certificates", () => {
  const published = parsePublished({
    version: "1.0",
    nodes: '[{"endpoint": "https://10.0.0.1:8443", "name": "a", "trusted_certs_fp": "[]"}]',
    registered_certificates: JSON.stringify([A]),
  });
  assert.deepEqual(published.original, new Set());
  assert.deepEqual(published.endpoints, ["https://10.0.0.1:8443"]);
  assert.deepEqual([...published.registered], [[one.fingerprint, A]]);
});

Deno.test.each([
  { what: "a list", value: '["aa", "bb"]', expected: ["aa", "bb"] },
  { what: "the text of a list", value: '"[\\"aa\\"]"', expected: ["aa"] },
  { what: "the text of something else", value: '"aa"', expected: [] },
  { what: "something else", value: '{"aa": true}', expected: [] },
])(
  "parsePublished() reads the fingerprints of the original charm: $what",
  ({ value, expected }) => {
    const nodes =
      `[{"endpoint": "https://10.0.0.1:8443", "name": "a", "trusted_certs_fp": ${value}}]`;
    assert.deepEqual(parsePublished({ nodes }).original, new Set(expected));
    assert.deepEqual(parsePublished({ nodes, server_certificate: A }).original, new Set());
  },
);

Deno.test("parsePublished() reads what is still to be taken over from the original charm", () => {
  const databag = renderPublication({
    ...PUBLICATION,
    registered: new Map([[one.fingerprint, A], [two.fingerprint, B]] as [Fingerprint, string][]),
    pending: new Set([two.fingerprint as Fingerprint]),
  });
  const { original, registered } = parsePublished(databag);
  assert.deepEqual([[...original], [...registered.keys()]], [[two.fingerprint], [one.fingerprint]]);
  assert.match(databag["nodes"] ?? "", new RegExp(two.fingerprint));
});

Deno.test("parseWants() counts each project once, and takes 64 of them", () => {
  const names = Array.from({ length: 65 }, (_, index) => `p${index}`);
  const wantsOf = (projects: readonly unknown[]) =>
    parseWants("3", { name: "my-charm", databag: {} }, [{
      name: "my-charm/0",
      databag: {
        client_certificates: JSON.stringify([A]),
        projects: JSON.stringify(projects),
      },
    }]);
  const { wants } = wantsOf([...names.slice(1), ...names.slice(1)]);
  assert.deepEqual(wants[0]?.projects, names.slice(1).sort());
  const { wants: none, rejected } = wantsOf(names);
  assert.deepEqual(none, []);
  assert.deepEqual(
    rejected.map(({ reason }) => reason),
    ["projects has 65 names, and the limit is 64: name fewer"],
  );
  // Objects that cannot be made texts.
  assert.equal(wantsOf([{ toString: null }, { toString: 1 }]).wants.length, 0);
});

Deno.test.each([
  { what: "lists", part: "[" },
  { what: "objects", part: "{}," },
  { what: "zero bytes", part: "\0" },
  { what: "certificates", part: A },
  { what: "beginnings", part: "-----BEGIN CERTIFICATE-----\n" },
  { what: "folded lines", part: "\\\n" },
])("parsePublished() reads any text of a former version, however long: $what", ({ part }) => {
  const text = part.repeat(4_000_000 / part.length);
  for (const value of [text, JSON.stringify([text])]) {
    const published = parsePublished({
      nodes: value,
      registered_certificates: value,
      rejected_certificates: value,
      certificates: value,
    });
    assert.equal(published.certificates.size, 0);
    assert.deepEqual(published.rejected, []);
    assert.deepEqual(published.endpoints, []);
  }
});
