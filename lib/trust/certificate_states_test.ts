import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { type Certificate, type Fingerprint, firstCertificate } from "../requirer/certificate.ts";
import type { CertificateState, Rejection } from "../requirer/databag.ts";
import { type Decided, statesOf } from "./certificate_states.ts";
import { expiryOf, soonFrom } from "./expiry.ts";
import type { TrustEntry } from "./trust_store.ts";

async function make(notAfter: string): Promise<Certificate> {
  const options = { notBefore: new Date("1949-01-01"), notAfter: new Date(notAfter) };
  const certificate = firstCertificate((await createCertificate(options)).certificate);
  assert.ok(certificate);
  return certificate;
}

const [a, b] = await Promise.all([make("2036-01-02T03:04:05Z"), make("9999-12-31T23:59:59Z")]);

function entry({ fingerprint, pem }: Certificate, more: Partial<TrustEntry> = {}): TrustEntry {
  return { fingerprint, name: "n", type: "client", projects: null, certificate: pem, ...more };
}

function decided(more: Partial<Decided> = {}): Decided {
  return {
    registered: [],
    awaited: [],
    rejected: [],
    trustStore: new Map(),
    sent: [],
    published: { certificates: new Map() },
    soon: soonFrom(new Date(), 30),
    ...more,
  };
}

const rejectionOf = (unit: string, reason: string, code?: string): Rejection => ({
  unit,
  fingerprint: a.fingerprint,
  code,
  reason,
});

Deno.test("expiryOf() reads the end of the validity in UTC, with seconds", async () => {
  assert.deepEqual([a, b].map(({ pem }) => expiryOf(pem)), [
    "2036-01-02T03:04:05Z",
    "9999-12-31T23:59:59Z",
  ]);
  assert.equal(expiryOf((await make("1999-12-31T00:00:00Z")).pem), "1999-12-31T00:00:00Z");
  for (const text of ["", "pem", "-----BEGIN CERTIFICATE-----"]) assert.equal(expiryOf(text), null);
});

Deno.test("statesOf() gives the projects of the entry, and the expiry of its certificate", () => {
  const trustStore = new Map([[a.fingerprint, entry(a, { projects: ["web"] })]]);
  const expires_at = "2036-01-02T03:04:05Z";
  const { fingerprint } = a;
  assert.deepEqual(statesOf(decided({ registered: [fingerprint], trustStore })), [
    { fingerprint, state: "trusted", projects: ["web"], expires_at },
  ]);
  assert.deepEqual(statesOf(decided({ awaited: [fingerprint], sent: [a] })), [
    { fingerprint, state: "pending", expires_at },
  ]);
  const rejected = [rejectionOf("a/0", "r", "expired")];
  assert.deepEqual(statesOf(decided({ rejected, sent: [a] })), [
    { fingerprint, state: "rejected", expires_at, code: "expired", reason: "r" },
  ]);
  assert.deepEqual(statesOf(decided({ rejected })).map(({ expires_at }) => expires_at), [null]);
});

Deno.test("statesOf() reads no certificate whose expiry is published", () => {
  const { fingerprint } = a;
  const expires_at = "2001-01-01T00:00:00Z";
  const before: CertificateState = { fingerprint, state: "pending", expires_at };
  const published = { certificates: new Map([[fingerprint as string, before]]) };
  const unreadable = { ...a, pem: "no certificate" };
  const trustStore = new Map([[fingerprint, entry(unreadable)]]);
  const [state] = statesOf(
    decided({ registered: [fingerprint], sent: [unreadable], published, trustStore }),
  );
  assert.equal(state?.expires_at, expires_at);
});

Deno.test("statesOf() has one state for each certificate, sorted, the same in any order", () => {
  const rejected = [
    rejectionOf("b/0", "second", "expired"),
    rejectionOf("a/0", "first", "key-size"),
    { ...rejectionOf("a/0", "no certificate", "not-certificate"), fingerprint: null },
  ];
  const registered = [...["ff", "11"], a.fingerprint] as Fingerprint[];
  const states = (given: Decided) =>
    statesOf(given).map(({ fingerprint, state }) => [fingerprint, state]);
  const expected = ["ff", "11", a.fingerprint].sort().map((id) => [id, "trusted"]);
  const given = decided({ registered, awaited: [a.fingerprint], rejected });
  assert.deepEqual(states(given), expected);
  assert.deepEqual(states({ ...given, registered: registered.toReversed() }), expected);
  for (const list of [rejected, rejected.toReversed()]) {
    const [state, ...others] = statesOf(decided({ rejected: list }));
    assert.ok(state?.state === "rejected" && others.length === 0);
    assert.deepEqual([state.code, state.reason], ["key-size", "first"]);
  }
});

Deno.test("statesOf() leaves out a rejection that a former version published without a code", () => {
  assert.deepEqual(statesOf(decided({ rejected: [rejectionOf("a/0", "r")] })), []);
});

Deno.test("statesOf() warns of what is registered and expires soon, and not of what has expired", () => {
  const expiresAt = "2036-01-02T03:04:05Z";
  const warned = (now: string, days: number) => {
    const soon = soonFrom(new Date(now), days);
    const trustStore = new Map([[a.fingerprint, entry(a)]]);
    const [state] = statesOf(decided({ registered: [a.fingerprint], trustStore, soon }));
    return state;
  };
  const told = {
    fingerprint: a.fingerprint,
    state: "trusted",
    projects: null,
    expires_at: expiresAt,
  };
  const code = "expires-soon";
  const reason = "The certificate expires on 2036-01-02: send a new one beside it";
  assert.deepEqual(warned("2035-12-20T00:00:00Z", 30), { ...told, code, reason });
  assert.deepEqual(warned("2035-12-20T00:00:00Z", 0), told);
  assert.deepEqual(warned("2035-11-20T00:00:00Z", 30), told);
  assert.deepEqual(warned("2036-01-03T00:00:00Z", 30), told);
});
