/**
 * Recorded: requests that add to the trust store.
 *
 * @module
 */
import { CERTIFICATES, DAY_MS, post } from "./contract_tools.ts";
import type { Recorder } from "./contract_recorder.ts";

const BODIES: readonly (readonly [label: string, body: Readonly<Record<string, unknown>>])[] = [
  ["name a/b", { name: "a/b" }],
  ["name -a", { name: "-a" }],
  ["name ours", { name: "lxd-integrator@6f1c0a52-0c1b-4a1e-9d56-0e1c6a0a7a11:3:my-charm-0" }],
  ["name 300", { name: "x".repeat(300) }],
  ["name 5000", { name: "y".repeat(5000) }],
  ["name empty", { name: "" }],
  ["name space", { name: " a b " }],
  ["name \u00fc", { name: "\u00fc" }],
  ["name newline", { name: "a\nb" }],
  ["name ..", { name: ".." }],
  ["name ?#%", { name: "a?b#c%2f" }],
  ["no type", { type: undefined }],
  ["type metrics", { type: "metrics" }],
  ["type server", { type: "server" }],
  ["type strange", { type: "strange" }],
  ["type empty", { type: "" }],
  ["projects without restricted", { projects: ["default"] }],
  ["restricted default", { restricted: true, projects: ["default"] }],
  ["restricted none", { restricted: true, projects: [] }],
  ["restricted null", { restricted: true, projects: null }],
  ["restricted twice", { restricted: true, projects: ["default", "default"] }],
  ["restricted unknown", { restricted: true, projects: ["default", "no-such"] }],
  ["password", { password: "x" }],
  ["trust_token junk", { trust_token: "junk" }],
  ["token and certificate", { token: true }],
  ["description", { description: "d" }],
  ["unknown field", { nonsense: 1 }],
  ["projects string", { projects: "default" }],
  ["restricted string", { restricted: "yes" }],
];

/**
 * Adds good and bad certificates.
 *
 * @returns Path of an entry that other requests change.
 */
export async function recordPosts(recorder: Recorder): Promise<string> {
  const { certificate, clients: { trusted }, note, world } = recorder;
  const add = (body: unknown) => trusted("POST", CERTIFICATES, body);
  for (const [label, body] of BODIES) {
    const { der, fingerprint } = await certificate(`X:${label}`);
    await note(`POST ${label}`, add({ ...post(der), ...body }));
    await note("  then GET", trusted("GET", `${CERTIFICATES}/${fingerprint}`));
  }
  const good = await certificate("G");
  for (const [label, material] of await materials(recorder, good)) {
    await note(`POST material ${label}`, add(post(material)));
  }
  await note("POST no object", add("no object"));
  await note("POST empty object", add({}));
  await note("POST ca", add(post((await certificate("CA", { ca: true })).der)));
  await note("POST own server certificate", add(post(derOf(world.serverCertificate))));
  const token = add({ name: "tok", type: "client", token: true });
  await note("POST token", token, { pick: (metadata) => metadata?.description });
  await note("list after token", world.admin("GET", CERTIFICATES), {
    pick: (metadata) => JSON.stringify(metadata).includes("tok"),
  });
  await recordNames(recorder);
  const { der } = await certificate("D");
  const four = await Promise.all([1, 2, 3, 4].map(() => add(post(der))));
  recorder.write({
    k: "four at once",
    s: four.map(({ status }) => status).sort(),
    e: [...new Set(four.map(({ body }) => body?.error))],
  });
  return `${CERTIFICATES}/${good.fingerprint}`;
}

/** Removes the lines of a PEM. */
export function derOf(pem: string): string {
  return pem.replaceAll(/-----.*?-----|\s/g, "");
}

async function recordNames({ certificate, clients: { trusted }, note, world }: Recorder) {
  const name = crypto.randomUUID();
  for (const n of [1, 2]) {
    const { der } = await certificate(`NM${n}`);
    await note(`POST same name ${n}`, trusted("POST", CERTIFICATES, post(der, { name })));
  }
  await world.trust((await certificate("NM3")).certificate, { name: "nm3" });
  const last = await certificate("NM4");
  await world.trust(last.certificate, { name: "nm4" });
  const url = `${CERTIFICATES}/${last.fingerprint}`;
  await note("PATCH to a name in use", trusted("PATCH", url, { name: "nm3" }));
  await note("PATCH to its own name", trusted("PATCH", url, { name: "nm4" }));
}

async function materials(
  { certificate }: Recorder,
  good: { readonly certificate: string; readonly der: string },
): Promise<readonly (readonly [label: string, material: string])[]> {
  const now = Date.now();
  const past = { notBefore: new Date(now - 2 * DAY_MS), notAfter: new Date(now - DAY_MS) };
  return [
    ["PEM", good.certificate],
    ["not base64", "***"],
    ["not a certificate", btoa("no certificate")],
    ["twice", btoa(atob(good.der).repeat(2))],
    ["expired", (await certificate("E", past)).der],
    ["early", (await certificate("F", { notBefore: new Date(now + DAY_MS) })).der],
    ["weak", (await certificate("W", { key: "rsa1024" })).der],
    ["rsa2048", (await certificate("RSA", { key: "rsa2048" })).der],
    ["p384", (await certificate("P384", { key: "p384" })).der],
    ["empty", ""],
    ["with newlines", good.der.replaceAll(/(.{64})/g, "$1\n")],
    ["duplicate", good.der],
  ];
}
