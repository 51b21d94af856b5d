/**
 * Recorded: requests that find and change an entry.
 *
 * @module
 */
import { createCertificate } from "../certificates.ts";
import { CERTIFICATES, client, DAY_MS } from "./contract_tools.ts";
import type { Recorder } from "./contract_recorder.ts";

/** Finds entries by parts and other forms of their fingerprints. */
export async function recordPrefixes(recorder: Recorder, url: string): Promise<void> {
  const { clients: { trusted }, note, world } = recorder;
  const fingerprint = url.slice(CERTIFICATES.length + 1);
  const pick = (metadata?: { readonly fingerprint: string }) => metadata?.fingerprint;
  await note("GET prefix", trusted("GET", url.slice(0, 32)), { pick });
  const upper = `${CERTIFICATES}/${fingerprint.toUpperCase()}`;
  await note("GET upper", trusted("GET", upper), { pick });
  const colons = `${CERTIFICATES}/${fingerprint.match(/../g)?.join(":")}`;
  await note("GET colons", trusted("GET", colons));
  await note("GET %", trusted("GET", `${CERTIFICATES}/%25`));
  for (let count = 0; count < 17; count++) {
    await world.trust((await createCertificate()).certificate, { name: crypto.randomUUID() });
  }
  // Of more than sixteen fingerprints, two begin with the same digit.
  const firsts = (await world.trustStore()).map((entry) => entry.fingerprint[0]);
  const prefix = firsts.find((first, index) => firsts.indexOf(first) !== index);
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    await note(`${method} ambiguous`, trusted(method, `${CERTIFICATES}/${prefix}`, body));
  }
}

/** Changes an entry in every way, and reads it after each. */
export async function recordChanges(recorder: Recorder, url: string): Promise<void> {
  const { certificate, clients: { trusted, trustedCertificate }, other, note, world } = recorder;
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
    await note(`PATCH ${label}`, trusted("PATCH", url, body));
    await note("  then GET", trusted("GET", url));
  }
  const headers = { "if-match": '"00"' };
  const stale = client(world, trustedCertificate, { headers });
  await note("PATCH bad etag", stale("PATCH", url, { name: "x" }));
  await note("PUT without type", trusted("PUT", url, { name: "x" }));
  const whole = { name: "put", type: "client" };
  await note("PUT", trusted("PUT", url, whole));
  const projects = trusted("PUT", url, { ...whole, projects: ["default"] });
  await note("PUT projects without restricted", projects);
  const next = await certificate("N");
  await note("PATCH certificate", trusted("PATCH", url, { certificate: next.certificate }));
  await note("  old", trusted("GET", url));
  await note("  new", trusted("GET", `${CERTIFICATES}/${next.fingerprint}`));
}
