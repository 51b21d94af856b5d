import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { craft } from "../../tests/crafted.ts";
import { type Certificate, firstCertificate } from "../requirer/certificate.ts";
import { claim, isAdoptionPending, markOriginals } from "./adopt.ts";
import { createMark } from "./owner.ts";
import type { TrustEntry } from "./trust_store.ts";
import type { Published } from "./want.ts";

const mark = createMark("lxd", "uuid");
const ORIGINAL = "lxd@uuid:original";
const certificate = firstCertificate(
  (await createCertificate({ commonName: "my charm" })).certificate,
) as Certificate;
const { fingerprint } = certificate;

function entry(more: Partial<TrustEntry> = {}): TrustEntry {
  return {
    fingerprint,
    name: "my charm",
    type: "client",
    projects: null,
    certificate: certificate.pem,
    ...more,
  };
}

function told(...fingerprints: readonly string[]): Published {
  return {
    endpoints: [],
    registered: new Map(),
    rejected: [],
    certificates: new Map(),
    original: new Set(fingerprints),
  };
}

const OTHER = "f".repeat(64) as Certificate["fingerprint"];

function marked(entry: TrustEntry, ...published: readonly Published[]): string | undefined {
  return markedBut(entry, OTHER, published);
}

function markedBut(
  entry: TrustEntry,
  ourFingerprint: Certificate["fingerprint"],
  published: readonly Published[],
): string | undefined {
  const store = new Map([[fingerprint, entry]]);
  return markOriginals(store, {
    relations: published.map((one) => ({ published: one })),
    mark,
    ourFingerprint,
  }).get(fingerprint)
    ?.name;
}

Deno.test("markOriginals() marks published entries that are named after themselves", () => {
  assert.equal(marked(entry(), told("aa"), told("bb", fingerprint)), ORIGINAL);
});

Deno.test("markOriginals() never marks the entry of our own credential", () => {
  assert.equal(markedBut(entry(), fingerprint, [told(fingerprint, OTHER)]), entry().name);
});

const hex = Uint8Array.fromHex;

Deno.test.each([
  {
    what: "beside another attribute",
    subject: "301631143008060355040a0c016f300806035504030c0161",
    name: "a",
  },
  {
    what: "the first of two",
    subject: "3018310a300806035504030c0161310a300806035504030c0162",
    name: "a",
  },
  {
    what: "in UTF-16",
    subject: "30173115301306035504031e0c0067007200fc00df00204e16",
    name: "gr\u00fc\u00df \u4e16",
  },
  { what: "in Latin-1", subject: "300f310d300b060355040314046772fcdf", name: "gr\u00fc\u00df" },
  { what: "with a line end", subject: "3011310f300d06035504030c06610a434e3d62", name: "a\nCN=b" },
  { what: "with a zero byte", subject: "300e310c300a06035504030c03610062", name: "a" },
  { what: "none, at an address", subject: "300f310d300b060355040a0c04434e3d78", name: "10.0.3.7" },
  { what: "none, at an IPv6 address", subject: "3000", name: "fd42::3%eth0" },
  { what: "an empty one, at an address", subject: "300b3109300706035504030c00", name: "::1" },
])("markOriginals() marks entries with their common name: $what", ({ subject, name }) => {
  const pem = craft({ subject: hex(subject) });
  assert.equal(marked(entry({ certificate: pem, name }), told(fingerprint)), ORIGINAL);
  for (const other of ["b", "o", "CN=b", "", "10.0.3.7.example", "a:b"]) {
    const renamed = entry({ certificate: pem, name: other });
    assert.equal(marked(renamed, told(fingerprint)), other);
  }
});

Deno.test.each([
  { what: "another kind of value", subject: "300d310b300906035504030c0261ff" },
  { what: "half a surrogate pair", subject: "300d310b300906035504031e02d800" },
  { what: "a bit string", subject: "300f310d300b0603550403030400626974" },
])("markOriginals() does not mark an unreadable common name: $what", ({ subject }) => {
  const certificate = craft({ subject: hex(subject) });
  for (const name of ["", "a", "undefined", "null", "10.0.3.7"]) {
    assert.equal(marked(entry({ certificate, name }), told(fingerprint)), name);
  }
});

Deno.test.each([
  { what: "what was not told", more: {}, published: told("aa") },
  { what: "what was renamed", more: { name: "my charm 2" }, published: told(fingerprint) },
  { what: "what is ours", more: { name: "lxd@uuid:shared" }, published: told(fingerprint) },
  { what: "a server", more: { type: "server" }, published: told(fingerprint) },
  { what: "what cannot be read", more: { certificate: "x" }, published: told(fingerprint) },
])("markOriginals() does not mark $what", ({ more, published }) => {
  assert.equal(marked(entry(more), published), { ...entry(), ...more }.name);
});

Deno.test.each([
  { what: "before it is renamed", name: ORIGINAL, expected: true },
  { what: "once it is ours", name: "lxd@uuid:3:ams-0", expected: false },
  { what: "where it is foreign", name: "by hand", expected: false },
])(
  "claim() and isAdoptionPending() look for what the original left, $what: $expected",
  ({ name, expected }) => {
    const want = {
      requirer: { relation: "3", name: "ams/0" },
      certificate,
      text: "",
      projects: null,
    };
    const refusal = { unit: "ams/0", fingerprint, reason: "r" };
    const trustStore = new Map([[fingerprint, entry({ name })]]);
    const nothing = { relation: "3", admitted: [], rejected: [] };
    for (const offered of [{ admitted: [want] }, { rejected: [refusal] }]) {
      assert.equal(isAdoptionPending({ ...nothing, ...offered }, trustStore, mark), expected);
    }
    assert.ok(!isAdoptionPending(nothing, trustStore, mark));
    const garbage = { ...refusal, fingerprint: null };
    assert.ok(!isAdoptionPending({ ...nothing, rejected: [garbage] }, trustStore, mark));
    // What may not be registered becomes its requirer's, unless somebody else may have it.
    const ours = `lxd@uuid:3:ams-0:${fingerprint.slice(0, 12)}`;
    const steps = expected ? [{ kind: "rename", fingerprint, name: ours }] : [];
    const rejecting = { ...nothing, rejected: [refusal, garbage, refusal] };
    const other = { ...nothing, relation: "4", admitted: [want] };
    assert.deepEqual(claim([rejecting], { trustStore, mark }), steps);
    assert.deepEqual(claim([rejecting, other], { trustStore, mark }), []);
    assert.deepEqual(claim([other], { trustStore, mark }), []);
  },
);
