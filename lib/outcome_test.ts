import assert from "node:assert/strict";
import { createCertificate } from "../tests/certificates.ts";
import type { LxdFailure } from "./lxd/client.ts";
import { errorOf, type Outcome, outcomeOf } from "./outcome.ts";
import { PROVIDER_ERROR_CODES } from "./requirer/codes.ts";
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

// Each has a detail that no requirer is told.
const SECRET = "https://10.9.8.7:8443";
const OUTCOMES: Readonly<Record<Outcome["kind"], readonly [Outcome, string | undefined]>> = {
  "no-access": [{ kind: "no-access" }, "credential-missing"],
  "no-secret": [
    { kind: "no-secret", uri: SECRET, isAbsent: true, words: SECRET },
    "credential-missing",
  ],
  missing: [{ kind: "missing", names: [SECRET], secret: SECRET }, "credential-missing"],
  "other-cloud": [{ kind: "other-cloud", found: SECRET }, "credential-missing"],
  unreadable: [{ kind: "unreadable", name: SECRET, reason: SECRET }, "configuration-invalid"],
  "no-project": [{ kind: "no-project", reason: SECRET }, "configuration-invalid"],
  untrusted: [
    { kind: "untrusted", endpoint: SECRET, ourFingerprint: SECRET },
    "credential-refused",
  ],
  restricted: [
    { kind: "restricted", endpoint: SECRET, ourFingerprint: SECRET },
    "credential-refused",
  ],
  "other-server": [
    { kind: "other-server", endpoint: SECRET, pinned: SECRET, presented: SECRET },
    "server-untrusted",
  ],
  unverifiable: [{ kind: "unverifiable", endpoint: SECRET, reason: SECRET }, "server-untrusted"],
  unreachable: [{ kind: "unreachable", endpoint: SECRET, cause: SECRET }, "lxd-unreachable"],
  refused: [{ kind: "refused", endpoint: SECRET, action: SECRET, words: SECRET }, "lxd-failed"],
  unfinished: [{ kind: "unfinished", left: 1, total: 2 }, undefined],
  active: [
    { kind: "active", version: SECRET, nodes: 1, certificates: 0, rejected: 0 },
    undefined,
  ],
};

Deno.test.each(
  Object.entries(OUTCOMES).map(([kind, [outcome, code]]) => ({ kind, outcome, code })),
)(
  "errorOf() gives the code of $kind, and no detail",
  ({ outcome, code }) => {
    const error = errorOf(outcome);
    assert.equal(error?.code, code);
    assert.doesNotMatch(JSON.stringify(error ?? {}), /10\.9\.8\.7/);
  },
);

Deno.test("errorOf() uses each code, and distinguishes an error of LXD's from no answer", () => {
  const codes = Object.values(OUTCOMES).flatMap(([, code]) => code === undefined ? [] : [code]);
  assert.deepEqual(new Set(codes), new Set(Object.keys(PROVIDER_ERROR_CODES)));
  const cause = "error 503, no quorum";
  const failed = outcome({ kind: "unreachable", cause, hasAnswered: true });
  assert.equal(errorOf(failed)?.code, "lxd-failed");
});
