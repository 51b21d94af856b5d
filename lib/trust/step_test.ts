import assert from "node:assert/strict";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { effectOf, type Step } from "./step.ts";
import type { TrustEntry } from "./trust_store.ts";

const fingerprint = "aa" as Fingerprint;
const certificate: Certificate = { fingerprint, pem: "the pem", der: "the der" };
const ENTRY: TrustEntry = {
  fingerprint,
  name: "before",
  type: "client",
  projects: ["a"],
  certificate: "the pem",
};
const ADD: Step = { kind: "add", fingerprint, name: "new", certificate, projects: ["b"] };
const RENAME: Step = { kind: "rename", fingerprint, name: "after" };
const RESTRICT: Step = { kind: "restrict", fingerprint, projects: ["b", "c"] };
const REVOKE: Step = { kind: "revoke", fingerprint, name: "before" };

Deno.test("effectOf() returns the entry after a step", () => {
  assert.deepEqual(effectOf(ADD, undefined), { ...ENTRY, name: "new", projects: ["b"] });
  assert.deepEqual(effectOf(RENAME, ENTRY), { ...ENTRY, name: "after" });
  assert.deepEqual(effectOf(RESTRICT, ENTRY), { ...ENTRY, projects: ["b", "c"] });
  assert.deepEqual(effectOf({ ...RESTRICT, projects: null }, ENTRY), {
    ...ENTRY,
    projects: null,
  });
  assert.equal(effectOf(REVOKE, ENTRY), undefined);
});

Deno.test("effectOf() returns no entry for one that is gone", () => {
  for (const step of [RENAME, RESTRICT, REVOKE]) assert.equal(effectOf(step, undefined), undefined);
});
