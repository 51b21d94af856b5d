import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { type Certificate, firstCertificate } from "../requirer/certificate.ts";
import { createMark } from "./owner.ts";
import { mayRead, type MetricsSituation, planMetrics } from "./plan_metrics.ts";
import type { Projects } from "./projects.ts";
import type { Step } from "./step.ts";
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
    const who = step.fingerprint === a.fingerprint ? "a" : "b";
    return `${step.kind} ${who} ${detailOf(step)}`;
  });
}

function detailOf(step: Step): string {
  if (step.kind === "restrict") return String(step.projects);
  return step.kind === "add" ? `${step.name} for ${step.type}` : step.name;
}

const WANT = { relation: "7", certificate: a, isTaken: false };
const ADDED = `add a lxd@uuid:7:cos-agent:${a.fingerprint.slice(0, 12)} for metrics`;
const REVOKED = `revoke b lxd@uuid:7:cos-agent:${b.fingerprint.slice(0, 12)}`;

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
    "restrict a web",
    "restrict b web",
  ]);
  assert.deepEqual(planned([entry(a, { projects: ["web"] })], { ...wide, allowed: null }), [
    "restrict a null",
  ]);
});

Deno.test("planMetrics() leaves entries of others, and of other types", () => {
  const others = [
    entry(a, { name: "lxd@uuid:7:ams-0:aa" }),
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
