/**
 * Recorded: how an entry is found, and what can be changed of it.
 *
 * @module
 */
import { createCertificate } from "../certificates.ts";
import { CERTIFICATES, client, DAY_MS } from "./contract_tools.ts";
import type { Recorder } from "./contract_recorder.ts";

/** Looks for entries by what may name them. */
export async function recordPrefixes(recorder: Recorder, url: string): Promise<void> {
  const { clients: { trusted }, say, world } = recorder;
  const fingerprint = url.slice(CERTIFICATES.length + 1);
  const pick = (metadata?: { readonly fingerprint: string }) => metadata?.fingerprint;
  await say("GET prefix", trusted("GET", url.slice(0, 32)), { pick });
  const upper = `${CERTIFICATES}/${fingerprint.toUpperCase()}`;
  await say("GET upper", trusted("GET", upper), { pick });
  const colons = `${CERTIFICATES}/${fingerprint.match(/../g)?.join(":")}`;
  await say("GET colons", trusted("GET", colons));
  await say("GET %", trusted("GET", `${CERTIFICATES}/%25`));
  for (let count = 0; count < 17; count++) {
    await world.trust((await createCertificate()).certificate, { name: crypto.randomUUID() });
  }
  // Of more than sixteen fingerprints, two begin alike.
  const firsts = (await world.trustStore()).map((entry) => entry.fingerprint[0]);
  const prefix = firsts.find((first, index) => firsts.indexOf(first) !== index);
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    await say(`${method} ambiguous`, trusted(method, `${CERTIFICATES}/${prefix}`, body));
  }
}

/** Changes an entry in every way, and reads it after each. */
export async function recordChanges(recorder: Recorder, url: string): Promise<void> {
  const { certificate, clients: { trusted, trustedCertificate }, other, say, world } = recorder;
  const now = Date.now();
  const expired = await certificate("E2", {
    notBefore: new Date(now - 2 * DAY_MS),
    notAfter: new Date(now - DAY_MS),
  });
  const bodies: readonly (readonly [label: string, body: unknown])[] = [
    ["name", { name: "two" }],
    ["name a/b", { name: "a/b" }],
    ["name -a", { name: "-a" }],
    ["name empty", { name: "" }],
    ["restricted only", { restricted: true }],
    ["restrict default", { restricted: true, projects: ["default"] }],
    ["restricted false, projects kept", { restricted: false }],
    ["after it, name", { name: "three" }],
    ["projects without restricted", { restricted: false, projects: ["default"] }],
    ["after it, name again", { name: "four" }],
    ["lift", { restricted: false, projects: [] }],
    ["projects null", { restricted: true, projects: null }],
    ["twice", { restricted: true, projects: ["default", "default"] }],
    ["unknown project", { restricted: true, projects: ["no-such"] }],
    ["type metrics", { type: "metrics" }],
    ["type strange", { type: "strange" }],
    ["certificate junk", { certificate: "junk" }],
    ["certificate of another", { certificate: other.certificate }],
    ["certificate expired", { certificate: expired.certificate }],
    ["empty object", {}],
    ["no object", "x"],
    ["fingerprint", { fingerprint: "00" }],
  ];
  for (const [label, body] of bodies) {
    await say(`PATCH ${label}`, trusted("PATCH", url, body));
    await say("  then GET", trusted("GET", url));
  }
  const headers = { "if-match": '"00"' };
  const stale = client(world, trustedCertificate, { headers });
  await say("PATCH bad etag", stale("PATCH", url, { name: "x" }));
  await say("PUT without type", trusted("PUT", url, { name: "x" }));
  const whole = { name: "put", type: "client" };
  await say("PUT", trusted("PUT", url, whole));
  const projects = trusted("PUT", url, { ...whole, projects: ["default"] });
  await say("PUT projects without restricted", projects);
  const next = await certificate("N");
  await say("PATCH certificate", trusted("PATCH", url, { certificate: next.certificate }));
  await say("  old", trusted("GET", url));
  await say("  new", trusted("GET", `${CERTIFICATES}/${next.fingerprint}`));
}
