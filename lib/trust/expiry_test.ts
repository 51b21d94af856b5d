import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { type Certificate, type Fingerprint, firstCertificate } from "../requirer/certificate.ts";
import type { CertificateState } from "../requirer/databag.ts";
import { findExpiring, renderExpiring, soonFrom, warningDays } from "./expiry.ts";
import { createMark, entryName } from "./owner.ts";
import type { TrustEntry } from "./trust_store.ts";

const DAY_MS = 86_400_000;
const NOW = new Date("2026-12-01T00:00:00Z");
const MARK = createMark("lxd-integrator", "6f1c");

async function make(days: number): Promise<Certificate> {
  const notAfter = new Date(NOW.getTime() + days * DAY_MS);
  const { certificate } = await createCertificate({ notBefore: new Date("2020-01-01"), notAfter });
  const read = firstCertificate(certificate);
  assert.ok(read);
  return read;
}

const [late, own, server] = await Promise.all([make(400), make(12), make(5)]);

function trusted(fingerprint: string, days: number): CertificateState {
  const expires_at = new Date(NOW.getTime() + days * DAY_MS).toISOString().replace(".000", "");
  return { fingerprint, state: "trusted", projects: null, expires_at };
}

function found(more: Partial<Parameters<typeof findExpiring>[0]>, days = 30) {
  const dealt = {
    publications: [],
    credential: late,
    server: late,
    trustStore: new Map<Fingerprint, TrustEntry>(),
    mark: MARK,
    ...more,
  };
  return findExpiring(dealt, soonFrom(NOW, days)).map(({ kind, requirer, days }) =>
    [kind, requirer, days] as const
  );
}

Deno.test("findExpiring() finds the credential and LXD's certificate, the earlier one first", () => {
  assert.deepEqual(found({ credential: own, server }), [
    ["server", undefined, 5],
    ["credential", undefined, 12],
  ]);
  assert.deepEqual(found({ credential: own, server }, 10), [["server", undefined, 5]]);
  assert.deepEqual(found({ credential: own, server }, 0), []);
});

Deno.test("findExpiring() names the requirer, each certificate once, and those that have expired", () => {
  const [a, b, c] = ["aa", "bb", "cc"] as Fingerprint[] as [Fingerprint, Fingerprint, Fingerprint];
  const entry = (fingerprint: Fingerprint, name?: string): TrustEntry => ({
    fingerprint,
    name: entryName(
      MARK,
      name ? { relation: "3", name } : undefined,
      fingerprint.repeat(6) as Fingerprint,
    ),
    type: "client",
    certificate: "",
    projects: null,
  });
  const trustStore = new Map([[a, entry(a, "my-charm/0")], [b, entry(b)], [c, entry(c, "x/1")]]);
  const publications = [
    { certificates: [trusted(a, 20), trusted(b, 0.5), trusted(c, -1)] },
    { certificates: [trusted(b, 0.5), { ...trusted("dd", 1), state: "pending" as const }] },
  ];
  assert.deepEqual(found({ publications, trustStore }, 0), []);
  assert.deepEqual(found({ publications, trustStore }), [
    ["client", "x/1", -1],
    ["client", undefined, 0],
    ["client", "my-charm/0", 20],
  ]);
});

Deno.test("warningDays() takes whole days up to a year", () => {
  const given = [undefined, 0, 30, 365, -1, 366, 1.5, "x", NaN];
  assert.deepEqual(given.map(warningDays), [
    30,
    0,
    30,
    365,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("renderExpiring() leaves out a requirer that is not known", () => {
  const expiresAt = "2026-12-06T00:00:00Z";
  const one = {
    kind: "server",
    fingerprint: "aa",
    requirer: undefined,
    expiresAt,
    days: 5,
  } as const;
  assert.equal(
    renderExpiring(one),
    "lxd-expiry kind=server fingerprint=aa expires_at=2026-12-06T00:00:00Z days=5",
  );
});
