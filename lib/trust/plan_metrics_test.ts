import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { type Certificate, firstCertificate } from "../requirer/certificate.ts";
import { createMark } from "./owner.ts";
import { mayRead, type MetricsSituation, planMetrics } from "./plan_metrics.ts";
import type { Projects } from "./projects.ts";
import { describeStep } from "./step.ts";
import type { TrustEntry } from "./trust_store.ts";

const mark = createMark("lxd", "uuid");
const [a, b] = await Promise.all([read(), read()]);

async function read(): Promise<Certificate> {
  const certificate = firstCertificate((await createCertificate()).certificate);
  assert.ok(certificate);
  return certificate;
}

function entry(
  { fingerprint, pem }: Certificate,
  { relation = "7", type = "metrics", projects = null, name }: {
    readonly relation?: string;
    readonly type?: string;
    readonly projects?: Projects;
    readonly name?: string;
  } = {},
): TrustEntry {
  const ours = `lxd@uuid:${relation}:cos-agent:${fingerprint.slice(0, 12)}`;
  return { fingerprint, name: name ?? ours, type, projects, certificate: pem };
}

/** Plans, and describes the steps by the certificates' names. */
function planned(
  entries: readonly TrustEntry[],
  situation: Partial<Omit<MetricsSituation, "trustStore">> = {},
): readonly string[] {
  const trustStore = new Map(entries.map((one) => [one.fingerprint, one]));
  const steps = planMetrics({
    wants: [],
    gone: { kind: "none" },
    allowed: null,
    mark,
    ...situation,
    trustStore,
  });
  return steps.map((step) => {
    const text = describeStep(step).replaceAll(a.fingerprint, "a").replaceAll(b.fingerprint, "b");
    return step.kind === "add" ? `${text} for ${step.type}` : text;
  });
}

const WANT = { relation: "7", certificate: a, isTaken: false };
const ADDED = `Registered a as lxd@uuid:7:cos-agent:${a.fingerprint.slice(0, 12)} for metrics`;
const REVOKED = `Revoked b, which was lxd@uuid:7:cos-agent:${b.fingerprint.slice(0, 12)}`;

Deno.test("planMetrics() adds what a collector wants, restricted as the operator allows", () => {
  assert.deepEqual(planned([], { wants: [WANT] }), [ADDED]);
  assert.deepEqual(planned([entry(a)], { wants: [WANT] }), []);
  const [step] = planMetrics({
    wants: [WANT],
    gone: { kind: "none" },
    allowed: ["web"],
    mark,
    trustStore: new Map(),
  });
  assert.deepEqual(step?.kind === "add" && step.projects, ["web"]);
});

Deno.test("planMetrics() revokes the former certificate once the new one is taken", () => {
  assert.deepEqual(planned([entry(b)], { wants: [WANT] }), [ADDED]);
  assert.deepEqual(planned([entry(b)], { wants: [{ ...WANT, isTaken: true }] }), [ADDED, REVOKED]);
});

Deno.test("planMetrics() revokes what is of a relation that is gone", () => {
  const entries = [entry(b)];
  assert.deepEqual(planned(entries), []);
  assert.deepEqual(planned(entries, { gone: { kind: "relation", relation: "7" } }), [REVOKED]);
  assert.deepEqual(planned(entries, { gone: { kind: "relation", relation: "8" } }), []);
  const absent = (...relations: readonly string[]) =>
    ({ kind: "absent", relations: new Set(relations) }) as const;
  assert.deepEqual(planned(entries, { gone: absent("7") }), []);
  assert.deepEqual(planned(entries, { gone: absent("8") }), [REVOKED]);
});

Deno.test("planMetrics() gives each entry that stays the operator's projects", () => {
  const wide = { wants: [WANT], allowed: ["web"] };
  assert.deepEqual(planned([entry(a), entry(b, { projects: ["db"] })], wide), [
    "Gave a access to web",
    "Gave b access to web",
  ]);
  assert.deepEqual(planned([entry(a, { projects: ["web"] })], { ...wide, allowed: null }), [
    "Gave a access to all projects",
  ]);
});

Deno.test("planMetrics() leaves entries of others, and of other types", () => {
  const others = [
    entry(a, { name: "somebody's" }),
    entry(b, { type: "client" }),
  ];
  const gone = { kind: "absent", relations: new Set<string>() } as const;
  assert.deepEqual(planned(others, { gone, allowed: ["web"] }), []);
});

Deno.test("mayRead() asks for an entry of ours", () => {
  const store = (...entries: readonly TrustEntry[]) =>
    new Map(entries.map((one) => [one.fingerprint, one]));
  assert.ok(mayRead(a.fingerprint, store(entry(a)), mark));
  assert.ok(!mayRead(a.fingerprint, store(), mark));
  assert.ok(!mayRead(a.fingerprint, store(entry(a, { type: "client" })), mark));
});
