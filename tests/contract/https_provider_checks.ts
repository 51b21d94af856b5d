/**
 * What this charm does as the providers of `lxd-https` do it, or otherwise.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fingerprintOf } from "../certificates.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { PROVIDERS } from "./https_peers.ts";
import { CERTIFICATES, type Check, enter, see, speak, type Tried } from "./https_tried.ts";

const { a, b } = CERTIFICATES;

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

/** Replaces a certificate, and its access. */
export async function replaces(
  { deployment, requirer, name, entries, access }: Tried,
): Promise<void> {
  requirer.offer(0, a.certificate);
  await deployment.settle();
  requirer.offer(0, b.certificate, { projects: "web" });
  await deployment.settle();
  assert.deepEqual([await entries(), await access(b)], [{ b: `${name}-0` }, ["web"]]);
}

/** Registers the certificate of each unit. */
export async function takesEachUnit({ deployment, requirer, name, entries }: Tried): Promise<void> {
  requirer.offer(0, a.certificate);
  requirer.offer(1, b.certificate);
  await deployment.settle();
  assert.deepEqual(await entries(), { a: `${name}-0`, b: `${name}-1` });
}

/** Restricts a certificate to the projects that its requirer names. */
export async function confines({ deployment, requirer, access }: Tried): Promise<void> {
  requirer.offer(0, a.certificate, { projects: "web, db" });
  await deployment.settle();
  assert.deepEqual(await access(a), ["db", "web"]);
  requirer.offer(0, a.certificate, { projects: undefined });
  await deployment.settle();
  assert.equal(await access(a), "all");
}

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
  for (const unit of Object.values(units)) assert.deepEqual(unit, units[UNIT]);
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

/** The gateway works in the project `default` if the provider names none. */
export async function namesProject(tried: Tried): Promise<void> {
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
}

/** A check for each row of each provider's table. */
export const PROVIDER_CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
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
};
