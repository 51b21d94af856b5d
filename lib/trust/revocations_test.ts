import assert from "node:assert/strict";
import type { Fingerprint } from "../requirer/certificate.ts";
import { type Changed, revokeExcess } from "./revocations.ts";
import type { Step } from "./step.ts";

const fingerprint = "aa".repeat(32) as Fingerprint;
const ENTRY = { fingerprint, name: "n", type: "client", certificate: "pem" };
const RESTRICT = { kind: "restrict", fingerprint, projects: ["web"] } as const;
const REVOKED: readonly Step[] = [{ kind: "revoke", fingerprint, name: "n" }];

Deno.test.each([
  { what: "more than is wanted", step: RESTRICT, expected: REVOKED },
  { what: "no more than is wanted", step: { ...RESTRICT, projects: null }, expected: [] },
  {
    what: "what is tolerated",
    step: { ...RESTRICT, tolerated: ["db", "web"] },
    expected: [],
  },
  { what: "more than is tolerated", step: { ...RESTRICT, tolerated: ["web"] }, expected: REVOKED },
])("revokeExcess() decides about an entry with $what", ({ step, expected }) => {
  const changed: Changed = {
    trustStore: new Map([[fingerprint, { ...ENTRY, projects: ["db", "web"] }]]),
    refused: new Map([[fingerprint, "no"]]),
  };
  assert.deepEqual(revokeExcess([step], changed), expected);
  assert.deepEqual(revokeExcess([step], { ...changed, refused: new Map() }), [], "not refused");
});
