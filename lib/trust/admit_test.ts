import assert from "node:assert/strict";
import { type CertificateOptions, createCertificate } from "../../tests/certificates.ts";
import { craft, keyOf } from "../../tests/crafted.ts";
import { type Certificate, firstCertificate } from "../requirer/certificate.ts";
import type { Reason } from "../requirer/reason.ts";
import { admit, rejection, type Rules } from "./admit.ts";
import { createMark } from "./owner.ts";
import type { TrustEntry } from "./trust_store.ts";
import type { Want } from "./want.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const mark = createMark("lxd", "uuid");

async function make(options: CertificateOptions = {}): Promise<Certificate> {
  const notBefore = new Date("2026-01-01T00:00:00Z");
  const certificate = firstCertificate(
    (await createCertificate({ notBefore, ...options })).certificate,
  );
  assert.ok(certificate);
  return certificate;
}

const [ours, good] = await Promise.all([make(), make()]);

function wanting(certificate: Certificate, projects: readonly string[] | null = null): Want {
  return { requirer: { relation: "3", name: "ams/0" }, certificate, text: "", projects };
}

function rules(entry?: Partial<TrustEntry>, allowed: Rules["allowed"] = null): Rules {
  const whole = {
    fingerprint: good.fingerprint,
    name: "by hand",
    type: "client",
    projects: null,
    certificate: good.pem,
    ...entry,
  };
  const trustStore = new Map(entry ? [[good.fingerprint, whole]] : []);
  return { trustStore, mark, ourFingerprint: ours.fingerprint, allowed, now: NOW };
}

Deno.test("admit() admits a certificate that LXD does not know", () => {
  const want = wanting(good);
  assert.deepEqual(admit([want], rules()), { admitted: [want], rejected: [] });
});

Deno.test("admit() rejects bad certificates with reasons, and keeps the rest", async () => {
  const expired = await make({ notAfter: new Date("2026-05-29T23:59:59Z") });
  const weak = await make({ key: "rsa1024" });
  const wants = [ours, expired, good, weak].map((certificate) => wanting(certificate));
  const { admitted, rejected } = admit(wants, rules());
  assert.deepEqual(admitted, [wants[2]]);
  assert.deepEqual(rejected, [
    {
      unit: "ams/0",
      fingerprint: ours.fingerprint,
      code: "own-certificate",
      reason: "The certificate is the integrator's own: use one of your own",
    },
    {
      unit: "ams/0",
      fingerprint: expired.fingerprint,
      code: "expired",
      reason: "The certificate expired on 2026-05-29",
    },
    {
      unit: "ams/0",
      fingerprint: weak.fingerprint,
      code: "key-size",
      reason: "The RSA key has 1024 bits: LXD asks for at least 2048",
    },
  ]);
});

Deno.test("admit() leaves to LXD what may be valid by its clock, and what it trusts already", async () => {
  const late = await make({ notAfter: new Date("2026-05-30T00:00:01Z") });
  const early = await make({ notBefore: new Date("2099-01-01T00:00:00Z") });
  const old = await make({ notAfter: new Date("2026-02-01T00:00:00Z") });
  const wants = [late, early, old].map((certificate) => wanting(certificate));
  const { admitted, rejected } = admit(wants, rules());
  assert.deepEqual(admitted, wants.slice(0, 2));
  assert.deepEqual(rejected.map(({ reason }) => reason), ["The certificate expired on 2026-02-01"]);
  for (const name of ["by hand", "lxd@uuid:3:ams-0"]) {
    const entry = { fingerprint: old.fingerprint, name, type: "client", projects: null };
    const trustStore = new Map([[old.fingerprint, { ...entry, certificate: old.pem }]]);
    assert.deepEqual(admit(wants, { ...rules(), trustStore }).admitted, wants);
  }
});

Deno.test("admit() rejects a want of projects that LXD lacks, after those that are not allowed", () => {
  const wants = [wanting(good, ["web", "wbe"]), wanting(good, ["db"]), wanting(good, ["web"])];
  const allowed = ["wbe", "web"];
  const { admitted, rejected } = admit(wants, {
    ...rules(undefined, allowed),
    existing: new Set(["default", "web"]),
  });
  assert.deepEqual(admitted, [wants[2]]);
  assert.deepEqual(rejected.map(({ code, reason }) => [code, reason]), [
    ["project-missing", 'No LXD project "wbe"'],
    ["project-not-allowed", 'The operator allows the projects wbe, web, not "db"'],
  ]);
  assert.deepEqual(admit(wants, rules()).admitted, wants);
});

Deno.test("admit() rejects useless keys, in the trust store or not", () => {
  // X25519, which signs nothing.
  const useless = firstCertificate(craft({ key: keyOf("06032b656e") }));
  assert.ok(useless);
  const want = wanting(useless);
  const reason: Reason = {
    code: "key-kind",
    reason: "The key is of the kind X25519: " +
      "LXD lets in RSA, ECDSA (P-256, P-384 or P-521) and Ed25519 only",
  };
  for (const name of ["by hand", "lxd@uuid:3:ams-0"]) {
    const { trustStore, ...others } = rules({ name });
    const entry = trustStore.get(good.fingerprint);
    assert.ok(entry);
    const { fingerprint } = useless;
    const known = new Map([[fingerprint, { ...entry, fingerprint, certificate: useless.pem }]]);
    for (const store of [known, trustStore]) {
      const { admitted, rejected } = admit([want, wanting(good)], { ...others, trustStore: store });
      assert.deepEqual(admitted, [wanting(good)]);
      assert.deepEqual(rejected, [rejection(want, reason)]);
    }
  }
});

const already = (what: string): Reason => ({
  code: "foreign-entry",
  reason: `The certificate is in LXD's trust store already, with ${what}`,
});
const WIDER = already("access to more projects");

Deno.test.each([
  { what: "a foreign client", entry: {}, projects: null, reason: undefined },
  {
    what: "a narrower foreign client",
    entry: { projects: ["a"] },
    projects: ["a", "b"],
    reason: undefined,
  },
  { what: "a wider foreign client", entry: {}, projects: ["a"], reason: WIDER },
  {
    what: "a foreign client of another project",
    entry: { projects: ["b"] },
    projects: ["a"],
    reason: WIDER,
  },
  {
    what: "a wider one of ours",
    entry: { name: "lxd@uuid:3:ams-0" },
    projects: ["a"],
    reason: undefined,
  },
  {
    what: "a shared one of ours",
    entry: { name: "lxd@uuid:shared" },
    projects: ["a"],
    reason: undefined,
  },
  {
    what: "a server",
    entry: { type: "server" },
    projects: null,
    reason: already('the type "server"'),
  },
  {
    what: "a server that bears our name",
    entry: { type: "server", name: "lxd@uuid:3:ams-0" },
    projects: null,
    reason: already('the type "server"'),
  },
  {
    what: "metrics",
    entry: { type: "metrics" },
    projects: null,
    reason: already('the type "metrics"'),
  },
])("admit() checks what is in the trust store: $what", ({ entry, projects, reason }) => {
  const want = wanting(good, projects);
  const expected = reason === undefined
    ? { admitted: [want], rejected: [] }
    : { admitted: [], rejected: [rejection(want, reason)] };
  assert.deepEqual(admit([want], rules(entry)), expected);
});

Deno.test("admit() gives a want without projects all that the operator allows", () => {
  assert.deepEqual(admit([wanting(good)], rules(undefined, ["a", "b"])).admitted, [
    wanting(good, ["a", "b"]),
  ]);
});

const OTHER = (names: string): Reason => ({
  code: "project-not-allowed",
  reason: `The operator allows the projects a, b, not ${names}`,
});

Deno.test.each([
  { projects: ["a"], reason: undefined },
  { projects: ["a", "c"], reason: OTHER('"c"') },
  { projects: ["c", "d"], reason: OTHER('"c", "d"') },
])("admit() lets $projects be asked for only where a and b allow it", ({ projects, reason }) => {
  const want = wanting(good, projects);
  const expected = reason === undefined
    ? { admitted: [want], rejected: [] }
    : { admitted: [], rejected: [rejection(want, reason)] };
  assert.deepEqual(admit([want], rules(undefined, ["a", "b"])), expected);
});

Deno.test("admit() rejects a foreign entry that is wider than what the operator allows", () => {
  const want = wanting(good, ["a"]);
  assert.deepEqual(admit([want], rules({}, ["a"])).rejected, [rejection(want, WIDER)]);
});

Deno.test("rejection() holds the requirer, the fingerprint and the reason with its code", () => {
  assert.deepEqual(rejection(wanting(good), { code: "lxd-refused", reason: "r" }), {
    unit: "ams/0",
    fingerprint: good.fingerprint,
    code: "lxd-refused",
    reason: "r",
  });
});
