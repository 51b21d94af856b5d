import assert from "node:assert/strict";
import type { Fingerprint } from "./certificate.ts";
import { type TrustEntry, within } from "./trust_store.ts";

const ENTRY: TrustEntry = {
  fingerprint: "aa" as Fingerprint,
  name: "any",
  type: "client",
  restricted: true,
  projects: ["a", "b"],
  certificate: "pem",
};

Deno.test.each([
  { what: "all of LXD", entry: { restricted: false, projects: [] }, allowed: null, expected: true },
  { what: "less than all", entry: {}, allowed: null, expected: true },
  { what: "the same projects", entry: {}, allowed: ["a", "b"], expected: true },
  { what: "fewer projects", entry: {}, allowed: ["a", "b", "c"], expected: true },
  { what: "no project", entry: { projects: [] }, allowed: ["a"], expected: true },
  { what: "one project more", entry: {}, allowed: ["a"], expected: false },
  {
    what: "all of LXD, whatever projects it lists",
    entry: { restricted: false },
    allowed: ["a", "b"],
    expected: false,
  },
])("within() judges an entry with $what: $expected", ({ entry, allowed, expected }) => {
  assert.equal(within({ ...ENTRY, ...entry }, allowed), expected);
});
