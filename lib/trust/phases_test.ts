import assert from "node:assert/strict";
import type { Fingerprint } from "../requirer/certificate.ts";
import { phasesOf } from "./phases.ts";
import type { Step } from "./step.ts";

const [wide, narrow] = ["aa", "bb"] as Fingerprint[] as [Fingerprint, Fingerprint];
const entry = { name: "n", type: "client", certificate: "pem" };
const trustStore = new Map([
  [wide, { ...entry, fingerprint: wide, projects: null }],
  [narrow, { ...entry, fingerprint: narrow, projects: ["web"] }],
]);

Deno.test("phasesOf() puts first what takes access away", () => {
  const restrict = (fingerprint: Fingerprint, projects: readonly string[]): Step => {
    return { kind: "restrict", fingerprint, projects };
  };
  const revoke = (fingerprint: Fingerprint): Step => ({ kind: "revoke", fingerprint, name: "n" });
  const rename: Step = { kind: "rename", fingerprint: wide, name: "m" };
  const narrowing = restrict(wide, ["web"]);
  const widening = restrict(narrow, ["db", "web"]);
  const steps = [widening, narrowing, rename, revoke(narrow), revoke(wide)];
  assert.deepEqual(phasesOf(steps, { trustStore, allowed: ["web"] }), {
    narrowings: [narrowing],
    excess: [revoke(wide)],
    changes: [widening, rename],
    revocations: [revoke(narrow)],
  });
  assert.deepEqual(phasesOf(steps, { trustStore, allowed: null }).excess, []);
});
