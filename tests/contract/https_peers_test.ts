import assert from "node:assert/strict";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { type Table, tables } from "../documents/markdown.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { withoutNetworkKeys } from "../harness/databag.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { type HttpsRequirer, relateHttps } from "../harness/https_requirer.ts";
import { authOf, presentedFingerprint } from "../lxd/client.ts";
import { startCluster, startLxd } from "../lxd/servers.ts";
import { watch } from "../lxd/watch.ts";
import { type Connection, PROVIDERS, REQUIRERS, type Seen } from "./https_peers.ts";

const DOCUMENT = new URL("../../docs/interface-lxd-https.md", import.meta.url);
const UNITS = [UNIT, `${APPLICATION}/1`];
const [A, B, C] = await Promise.all(
  ["a", "b", "c"].map((commonName) => createCertificate({ commonName, key: "p384" })),
);
assert.ok(A && B && C);
const [a, b, c] = [A, B, C];

/** A relation over `lxd-https`, with a requirer of two units. */
interface Tried {
  readonly deployment: Deployment;
  readonly name: string;
  readonly requirer: HttpsRequirer;
  /** Returns the owners of our entries in the trust store, by the names of certificates. */
  readonly entries: () => Promise<Readonly<Record<string, string>>>;
  /** Returns the projects of a certificate's entry; "all" if it is not restricted. */
  readonly access: (certificate: TestCertificate) => Promise<readonly string[] | "all" | undefined>;
}

type Check = (tried: Tried) => Promise<void>;

function see({ requirer: { relation, told } }: Tried): Seen {
  const units = Object.fromEntries(UNITS.map((unit) => [unit, told(unit)]));
  return { application: withoutNetworkKeys(relation.readApp(APPLICATION)), units };
}

/** Writes as a requirer does: its units first, then its leader. */
async function speak(
  peer: string,
  { name, requirer: { relation }, deployment }: Tried,
  certificate: string,
): Promise<void> {
  const { unit, application } = requirerOf(peer);
  for (const number of [0, 1]) relation.write(`${name}/${number}`, unit(certificate));
  await deployment.settle();
  relation.writeApp(name, application(certificate));
  await deployment.settle();
}

function requirerOf(peer: string) {
  const requirer = REQUIRERS[peer];
  assert.ok(requirer, peer);
  return requirer;
}

/** Connects as a requirer does, in the hook about each unit of the provider. */
async function enter(peer: string, tried: Tried, client: TestCertificate): Promise<Connection> {
  const connections = UNITS.map((unit) => requirerOf(peer).connect(see(tried), unit));
  for (const connection of connections) {
    assert.ok(connection, `${peer} waits`);
    const { address, server } = connection;
    const { serverCertificate } = tried.deployment.lxd;
    const presented = await presentedFingerprint(`https://${address}`);
    assert.equal(server.startsWith("-----") ? fingerprintOf(server) : server, presented);
    assert.equal(await authOf(`https://${address}`, client, serverCertificate), "trusted");
  }
  assert.ok(connections[0]);
  return connections[0];
}

const readsApplicationFirst: Check = async ({ deployment, requirer, name, entries }) => {
  requirer.offer(0, a.certificate);
  await deployment.settle();
  assert.deepEqual(await entries(), { a: `${name}-0` });
  requirer.offer("application", b.certificate);
  await deployment.settle();
  assert.deepEqual(await entries(), { b: name });
  // An application's databag without the version does not hide a unit's that has it.
  requirer.offer("application", b.certificate, { version: undefined });
  await deployment.settle();
  assert.deepEqual(await entries(), { a: `${name}-0` });
};

const readsEachKey: Check = async ({ deployment, requirer, name, entries, access }) => {
  requirer.relation.writeApp(name, { certificate: a.certificate });
  requirer.relation.write(`${name}/0`, { version: "1.0", projects: "web" });
  await deployment.settle();
  assert.deepEqual([await entries(), await access(a)], [{ a: name }, ["web"]]);
  requirer.relation.writeApp(name, { certificate: "", projects: "db" });
  requirer.offer(0, b.certificate);
  await deployment.settle();
  assert.deepEqual([await entries(), await access(b)], [{ b: `${name}-0` }, ["db"]]);
};

const needsVersion: Check = async (tried) => {
  const { deployment, requirer, entries } = tried;
  requirer.offer(0, a.certificate, { version: undefined });
  await deployment.settle();
  assert.deepEqual([await entries(), requirer.told()], [{}, {}]);
};

const replaces: Check = async ({ deployment, requirer, name, entries, access }) => {
  requirer.offer(0, a.certificate);
  await deployment.settle();
  requirer.offer(0, b.certificate, { projects: "web" });
  await deployment.settle();
  assert.deepEqual([await entries(), await access(b)], [{ b: `${name}-0` }, ["web"]]);
};

const takesEachUnit: Check = async ({ deployment, requirer, name, entries }) => {
  requirer.offer(0, a.certificate);
  requirer.offer(1, b.certificate);
  await deployment.settle();
  assert.deepEqual(await entries(), { a: `${name}-0`, b: `${name}-1` });
};

const confines: Check = async ({ deployment, requirer, access }) => {
  requirer.offer(0, a.certificate, { projects: "web, db" });
  await deployment.settle();
  assert.deepEqual(await access(a), ["db", "web"]);
  requirer.offer(0, a.certificate, { projects: undefined });
  await deployment.settle();
  assert.equal(await access(a), "all");
};

const bounds: Check = async ({ deployment, requirer, access }) => {
  deployment.model.configure(APPLICATION, { projects: "web" });
  requirer.offer(0, a.certificate, { projects: "web,db" });
  await deployment.settle();
  assert.equal(await access(a), undefined);
  assert.match(requirer.told()["rejected_certificates"] ?? "", /allows the projects web, not/);
  for (const projects of ["web", undefined]) {
    requirer.offer(0, a.certificate, { projects });
    await deployment.settle();
    assert.deepEqual(await access(a), ["web"]);
  }
};

const writesKeysOf = (peer: string): Check => async (tried) => {
  const provider = PROVIDERS[peer];
  assert.ok(provider);
  tried.requirer.offer(0, a.certificate);
  await tried.deployment.settle();
  const { application, units } = see(tried);
  const isCluster = tried.deployment.lxd.members.length > 1;
  const { single, cluster } = provider.answersIn;
  const answer = (isCluster ? cluster : single) === "application" ? application : units[UNIT];
  for (const [key, format] of Object.entries(provider.keys)) {
    assert.match(answer?.[key] ?? "", format, key);
  }
  assert.equal(answer?.["certificate_fingerprint"], fingerprintOf(answer?.["certificate"] ?? ""));
};

const writesItsDatabags: Check = async (tried) => {
  tried.requirer.offer(0, a.certificate);
  await tried.deployment.settle();
  const { application, units } = see(tried);
  const isCluster = tried.deployment.lxd.members.length > 1;
  assert.equal(units[UNIT]?.["version"], "1.0");
  assert.deepEqual(units[UNITS[1] ?? ""], units[UNIT]);
  assert.deepEqual(application, isCluster ? units[UNIT] : {});
};

const listsAddresses: Check = async ({ deployment, requirer }) => {
  requirer.offer(0, a.certificate);
  await deployment.settle();
  const endpoints = deployment.lxd.members.map(({ endpoint }) => endpoint.slice(8));
  assert.deepEqual(requirer.told()["addresses"]?.split(","), endpoints);
  assert.ok(Object.values(await requirer.answers(a)).every((auth) => auth === "trusted"));
};

const writesOnceTrusted: Check = async ({ deployment, requirer }) => {
  requirer.offer(0, "garbage");
  await deployment.settle();
  assert.deepEqual(Object.keys(requirer.told()), ["rejected_certificates"]);
  requirer.offer(0, a.certificate);
  await deployment.settle();
  assert.equal(requirer.told()["version"], "1.0");
};

const removesWithUnits: Check = async ({ deployment, requirer, name, entries }) => {
  requirer.offer(0, a.certificate);
  requirer.offer(1, b.certificate);
  await deployment.settle();
  deployment.model.removeUnit(`${name}/0`);
  await deployment.settle();
  assert.deepEqual(await entries(), { b: `${name}-1` });
  assert.equal(requirer.told()["version"], "1.0");
  deployment.model.removeUnit(`${name}/1`);
  await deployment.settle();
  assert.deepEqual([await entries(), requirer.told()], [{}, {}]);
};

const removesWithCertificate: Check = async ({ deployment, requirer, name, entries }) => {
  requirer.offer("application", a.certificate);
  await deployment.settle();
  assert.deepEqual(await entries(), { a: name });
  requirer.offer("application", "");
  await deployment.settle();
  assert.deepEqual([await entries(), requirer.told()], [{}, {}]);
};

const letsIn = (peer: string): Check => async (tried) => {
  assert.equal(requirerOf(peer).connect(see(tried), UNIT), undefined);
  await speak(peer, tried, a.certificate);
  await enter(peer, tried, a);
};

/** The units' certificate comes first, then the application's, with no gap and one entry. */
const takesOneInAllDatabags: Check = async (tried) => {
  const { deployment, name, entries } = tried;
  const relates = () => speak("openshell-gateway-k8s", tried, a.certificate);
  const { sequence } = await watch(deployment.lxd, { a: a.fingerprint }, relates);
  assert.deepEqual(sequence, [[], ["a"]]);
  await deployment.updateStatus();
  assert.deepEqual(await entries(), { a: name });
};

const rotatesInAllDatabags: Check = async (tried) => {
  const { deployment, name, entries } = tried;
  await speak("openshell-gateway-k8s", tried, a.certificate);
  const fingerprints = { a: a.fingerprint, c: c.fingerprint };
  const rotates = () => speak("openshell-gateway-k8s", tried, c.certificate);
  const { sequence } = await watch(deployment.lxd, fingerprints, rotates);
  assert.deepEqual(sequence.filter((seen) => seen.length === 0), []);
  assert.deepEqual(await entries(), { c: name });
  await enter("openshell-gateway-k8s", tried, c);
};

/** Older revisions of the gateway wrote the key into both databags. An upgrade deletes it. */
const dropsProjects: Check = async (tried) => {
  const { deployment, name, requirer: { relation }, access } = tried;
  await speak("openshell-gateway-k8s", tried, a.certificate);
  const write = async (projects: string | undefined) => {
    for (const number of [0, 1]) relation.write(`${name}/${number}`, { projects });
    relation.writeApp(name, { projects });
    await deployment.settle();
  };
  // Both units wrote the certificate before the leader did. A hook that reads every databag finds
  // that it is the application's alone, and changes its entry from then on.
  await deployment.updateStatus();
  await write("web");
  assert.deepEqual(await access(a), ["web"]);
  await write(undefined);
  assert.equal(await access(a), "all");
};

/** The gateway works in the project `default` if the provider names none. */
const namesProject: Check = async (tried) => {
  const { deployment } = tried;
  const project = async (projects: string) => {
    deployment.model.configure(APPLICATION, { projects });
    await deployment.settle();
    return (await enter("openshell-gateway-k8s", tried, a)).project;
  };
  await speak("openshell-gateway-k8s", tried, a.certificate);
  assert.equal(await project("web"), "web");
  assert.equal(await project("web,db"), undefined);
  assert.equal(await project(""), undefined);
};

const admitsAgain = (peer: string): Check => async (tried) => {
  const { deployment, name, entries } = tried;
  await speak(peer, tried, a.certificate);
  deployment.model.removeRelation(tried.requirer.relation);
  await deployment.settle();
  assert.deepEqual(await entries(), {});
  const relation = deployment.model.relate(`${APPLICATION}:https`, `${name}:lxd`);
  const requirer = { ...tried.requirer, relation, told: toldBy(relation) };
  await speak(peer, { ...tried, requirer }, a.certificate);
  await enter(peer, { ...tried, requirer }, a);
  deployment.model.removeRelation(relation);
};

function toldBy(relation: HttpsRequirer["relation"]): HttpsRequirer["told"] {
  return (unit = UNIT) => withoutNetworkKeys(relation.read(unit));
}

/** A check for each row of the tables in the document, by the charm and the row's subject. */
const CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  "charm-lxd": {
    "Databag it reads": readsApplicationFirst,
    "Version": needsVersion,
    "Certificate": replaces,
    "Projects": confines,
    "Keys it writes": writesKeysOf("charm-lxd"),
    "Addresses": listsAddresses,
    "Databag it writes": writesItsDatabags,
    "When it writes": writesOnceTrusted,
    "Removal": removesWithUnits,
  },
  "lxd-integrator-k8s": {
    "Databag it reads": readsEachKey,
    "Version": needsVersion,
    "Certificate": takesEachUnit,
    "Projects": bounds,
    "Keys it writes": writesKeysOf("lxd-integrator-k8s"),
    "Project": namesProject,
    "Addresses": listsAddresses,
    "Databag it writes": writesItsDatabags,
    "When it writes": writesOnceTrusted,
    "Removal": removesWithCertificate,
  },
  "https-client": {
    "Databag it writes": takesEachUnit,
    "Certificate": replaces,
    "Projects": confines,
    "Databag it reads": letsIn("https-client"),
    "Removal": admitsAgain("https-client"),
  },
  "openshell-gateway-k8s": {
    "Databag it writes": takesOneInAllDatabags,
    "Certificate": rotatesInAllDatabags,
    "Projects": dropsProjects,
    "Databag it reads": letsIn("openshell-gateway-k8s"),
    "Project": namesProject,
    "Removal": admitsAgain("openshell-gateway-k8s"),
  },
};

/** The rows that say something else about a cluster. */
const OVER_CLUSTERS = /Keys it writes|Addresses|Databag it (?:reads|writes)/;

async function check(deployment: Deployment, name: string, run: Check): Promise<void> {
  const { lxd, model } = deployment;
  const before = await lxd.trustStore();
  const requirer = relateHttps(model, name, 2);
  const names = Object.entries({ a, b, c });
  const entries = async () =>
    Object.fromEntries(
      Object.entries(await deployment.ours()).map(([fingerprint, owner]) => [
        names.find(([, certificate]) => certificate.fingerprint === fingerprint)?.[0],
        owner.replace(/^\d+:/, ""),
      ]),
    );
  const access = async ({ fingerprint }: TestCertificate) => {
    const entry = (await lxd.trustStore()).find((entry) => entry.fingerprint === fingerprint);
    return entry && (entry.restricted ? entry.projects.toSorted() : "all");
  };
  await deployment.settle();
  try {
    await run({ deployment, name, requirer, entries, access });
  } finally {
    if (requirer.relation.exists()) model.removeRelation(requirer.relation);
    model.configure(APPLICATION, { projects: "" });
    await deployment.settle();
  }
  assert.deepEqual(await lxd.trustStore(), before);
}

for (
  const { what, start, rows } of [
    { what: "a single server", start: startLxd, rows: /./ },
    { what: "a cluster", start: startCluster, rows: OVER_CLUSTERS },
  ]
) {
  Deno.test(`lxd-https: each row of each charm's table holds over ${what}`, async (t) => {
    await using lxd = await start();
    for (const project of ["web", "db"]) await lxd.createProject(project);
    await using deployment = await deploy(lxd, { units: 2 });
    for (const [number, [peer, checks]] of Object.entries(CHECKS).entries()) {
      const subjects = Object.entries(checks).filter(([subject]) => rows.test(subject));
      for (const [row, [subject, run]] of subjects.entries()) {
        const name = `peer-${String.fromCharCode(97 + number, 97 + row)}`;
        await t.step(`${peer}: ${subject}`, () => check(deployment, name, run));
      }
    }
  });
}

Deno.test("lxd-https: the document has a row for each check, and no other", async () => {
  const found = tables(await Deno.readTextFile(DOCUMENT));
  const rows = (peer: string) => found.find(isOf(peer))?.rows.map(([subject]) => subject);
  for (const [peer, checks] of Object.entries(CHECKS)) {
    assert.deepEqual(rows(peer), Object.keys(checks), peer);
  }
  const peers = found.filter(({ header }) => header.at(-1) === "This charm");
  assert.equal(peers.length, Object.keys(CHECKS).length);
});

function isOf(peer: string): (table: Table) => boolean {
  return ({ header }) => header[1] === `\`${peer}\``;
}
