import assert from "node:assert/strict";
import { createCertificate } from "../tests/certificates.ts";
import { isAdoptionPending, markOriginals } from "./adoption.ts";
import { type Certificate, firstCertificate } from "./certificate.ts";
import { createMark } from "./owner.ts";
import type { Published } from "./relation.ts";
import type { TrustEntry } from "./trust_store.ts";

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
    restricted: false,
    projects: [],
    certificate: certificate.pem,
    ...more,
  };
}

function told(...fingerprints: readonly string[]): Published {
  return { endpoints: [], registered: new Map(), rejected: [], original: new Set(fingerprints) };
}

function marked(entry: TrustEntry, ...published: readonly Published[]): string | undefined {
  return markOriginals(new Map([[fingerprint, entry]]), published, mark).get(fingerprint)?.name;
}

Deno.test("markOriginals() marks what was told and is named after itself", () => {
  assert.equal(marked(entry(), told("aa"), told("bb", fingerprint)), ORIGINAL);
});

Deno.test.each([
  { what: "what was not told", more: {}, published: told("aa") },
  { what: "what was renamed", more: { name: "my charm 2" }, published: told(fingerprint) },
  { what: "what is ours", more: { name: "lxd@uuid:shared" }, published: told(fingerprint) },
  { what: "a server", more: { type: "server" }, published: told(fingerprint) },
  { what: "what cannot be read", more: { certificate: "x" }, published: told(fingerprint) },
])("markOriginals() leaves alone $what", ({ more, published }) => {
  assert.equal(marked(entry(more), published), { ...entry(), ...more }.name);
});

Deno.test.each([
  { what: "before it is renamed", name: ORIGINAL, expected: true },
  { what: "once it is ours", name: "lxd@uuid:3:ams-0", expected: false },
  { what: "where it is foreign", name: "by hand", expected: false },
])("isAdoptionPending() $what: $expected", ({ name, expected }) => {
  const wants = [{
    requirer: { relation: "3", name: "ams/0" },
    certificate,
    text: "",
    projects: null,
  }];
  const trusted = new Map([[fingerprint, entry({ name })]]);
  assert.equal(isAdoptionPending(wants, trusted, mark), expected);
  assert.ok(!isAdoptionPending([], trusted, mark));
});
