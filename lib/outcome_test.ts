import assert from "node:assert/strict";
import { createCertificate } from "../tests/certificates.ts";
import type { LxdFailure } from "./lxd/client.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type Certificate, firstCertificate } from "./requirer/certificate.ts";

const endpoint = "https://10.0.0.1:8443";
const NOW = new Date("2026-06-01T00:00:00Z");
const server: Certificate = await pinned("2030-01-01");
const outcome = (failure: LxdFailure, pin = server): Outcome =>
  outcomeOf(failure, { endpoint, ourFingerprint: "aa", server: pin, now: NOW });

async function pinned(until: string): Promise<Certificate> {
  const made = await createCertificate({
    notBefore: new Date("2020-01-01"),
    notAfter: new Date(until),
  });
  const certificate = firstCertificate(made.certificate);
  assert.ok(certificate);
  return certificate;
}

Deno.test("outcomeOf() names the refusal of our certificate", () => {
  assert.deepEqual(outcome({ kind: "untrusted" }), {
    kind: "untrusted",
    endpoint,
    ourFingerprint: "aa",
  });
  assert.deepEqual(outcome({ kind: "restricted" }), {
    kind: "restricted",
    endpoint,
    ourFingerprint: "aa",
  });
});

Deno.test("outcomeOf() takes a forbidden request for a restriction, and reports other refusals", () => {
  assert.deepEqual(outcome({ kind: "refused", status: 403, message: "not authorized" }), {
    kind: "restricted",
    endpoint,
    ourFingerprint: "aa",
  });
  assert.deepEqual(outcome({ kind: "refused", status: 404, message: "not found" }), {
    kind: "refused",
    endpoint,
    action: "what it is asked",
    words: "not found",
  });
  const refusal = { kind: "refused", status: 400, message: "no", action: "to revoke aa" } as const;
  assert.deepEqual(outcome(refusal), {
    kind: "refused",
    endpoint,
    action: "to revoke aa",
    words: "no",
  });
});

Deno.test("outcomeOf() names the cause of a missing answer", () => {
  assert.deepEqual(outcome({ kind: "unreachable", cause: "time-out" }), {
    kind: "unreachable",
    endpoint,
    cause: "time-out",
  });
  assert.deepEqual(outcome({ kind: "other-server", presented: undefined }), {
    kind: "unreachable",
    endpoint,
    cause: "no certificate",
  });
});

Deno.test("outcomeOf() names both fingerprints of another server", () => {
  assert.deepEqual(outcome({ kind: "other-server", presented: "bb" }), {
    kind: "other-server",
    endpoint,
    pinned: server.fingerprint,
    presented: "bb",
  });
});

Deno.test("outcomeOf() names the fault of an unusable pinned certificate", async () => {
  const expired = await pinned("2026-05-31");
  assert.deepEqual(outcome({ kind: "other-server", presented: expired.fingerprint }, expired), {
    kind: "unverifiable",
    endpoint,
    reason: "The certificate expired on 2026-05-31",
  });
  const [presented, reason] = [server.fingerprint, "It is issued by another"];
  assert.deepEqual(outcome({ kind: "other-server", presented, reason }), {
    kind: "unverifiable",
    endpoint,
    reason,
  });
  const unproved = outcome({ kind: "other-server", presented });
  assert.ok(unproved.kind === "unverifiable");
  assert.match(unproved.reason, /did not prove to hold the certificate's key/);
});

Deno.test("outcomeOf() blames the pinned certificate if its TLS handshake never ends", async () => {
  const notBefore = new Date("2026-01-01");
  const { certificate } = await createCertificate({ key: "rsa1024", notBefore });
  const weak = firstCertificate(certificate);
  assert.ok(weak);
  const unverifiable = outcome({ kind: "other-server", presented: undefined }, weak);
  assert.ok(unverifiable.kind === "unverifiable", unverifiable.kind);
  assert.match(unverifiable.reason, /RSA of 2048 to 8192 bits/);
});
