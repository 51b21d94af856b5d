import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { createClient } from "../lxd/client.ts";
import { IS_NOT_LXD, startLxd, VERSION } from "../lxd/servers.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";

Deno.test("projects: the option bounds every requirer, and a change of it reaches existing entries", async () => {
  await using lxd = await startLxd();
  for (const name of ["web", "db"]) await lxd.createProject(name);
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  const [free, narrow] = [deployment.requirer("free", 2), deployment.requirer("narrow")];
  const [a, b] = [await createCertificate(), await createCertificate()];
  const shared = await createCertificate();
  free.offer(0, [a, shared]);
  narrow.relation.write("narrow/0", { projects: '["web"]' });
  narrow.offer(0, [b]);
  narrow.offer("application", [shared]);
  const foreign = await createCertificate();
  await lxd.trust(foreign.certificate, { name: "an operator's" });
  free.offer(1, [foreign]);
  const steps = [
    [undefined, null, ["web"]],
    ["web,db", ["db", "web"], ["web"]],
    ["web", ["web"], ["web"]],
    [" db , web,web", ["db", "web"], ["web"]],
    ["", null, ["web"]],
    ["web", ["web"], ["web"]],
  ] as const;
  for (const [projects, ofFree, ofNarrow] of steps) {
    model.configure(APPLICATION, { projects: projects ?? null });
    await deployment.settle();
    assert.deepEqual(await accessOf(lxd, a), ofFree, projects);
    assert.deepEqual(await accessOf(lxd, shared), ofFree, projects);
    assert.deepEqual(await accessOf(lxd, b), ofNarrow, projects);
    // A foreign entry with wider access than allowed stays unchanged, but unpublished.
    assert.equal(free.told().trusted.includes(foreign.fingerprint), ofFree === null, projects);
    assert.equal(await accessOf(lxd, foreign), null);
  }
  // A requirer loses a project that the operator disallows, and regains it once it is allowed.
  model.configure(APPLICATION, { projects: "db" });
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, b), undefined);
  assert.deepEqual(narrow.told().trusted, [shared.fingerprint]);
  assert.deepEqual(reasonsOf(narrow), [
    'narrow/0: The operator allows the projects db, not "web"',
  ]);
  model.configure(APPLICATION, { projects: "db,web" });
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, b), ["web"]);
  assert.deepEqual(reasonsOf(narrow), []);

  free.offer(0, [a, shared, await createCertificate()]);
  await checkUnreadable(deployment);
});

/** Checks that an unreadable option neither widens nor narrows any access. */
async function checkUnreadable(deployment: Deployment): Promise<void> {
  const { model, lxd } = deployment;
  const store = await lxd.trustStore();
  for (const unreadable of ["my project", "web/db", ","]) {
    model.configure(APPLICATION, { projects: unreadable });
    await deployment.settle();
    assert.match(
      deployment.status(),
      /^blocked: Cannot use projects: it must be names of LXD projects/,
    );
    assert.deepEqual(await lxd.trustStore(), store);
  }
}

// LXD and Incus differ in what a restricted client sees of instances.
Deno.test("projects: a requirer narrows its access in LXD, and never widens it", {
  ignore: IS_NOT_LXD,
}, async () => {
  await using lxd = await startLxd();
  for (const name of ["web", "db"]) await lxd.createProject(name);
  await using deployment = await deploy(lxd, { config: { projects: "web,db" } });
  const requirer = deployment.requirer("my-charm", 3);
  const [asked, unasked, wide] = [
    await createCertificate(),
    await createCertificate(),
    await createCertificate(),
  ];
  requirer.relation.write("my-charm/0", { projects: '["web"]' });
  requirer.offer(0, [asked]);
  requirer.offer(1, [unasked]);
  requirer.relation.write("my-charm/2", { projects: '["web", "default"]' });
  requirer.offer(2, [wide]);
  await deployment.settle();
  assert.deepEqual(reasonsOf(requirer), [
    'my-charm/2: The operator allows the projects db, web, not "default"',
  ]);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates, 1 rejected`);
  const { endpoints: [endpoint = ""], server = "" } = requirer.told();
  for (const [certificate, projects] of [[asked, ["web"]], [unasked, ["db", "web"]]] as const) {
    const client = createClient({ endpoint, serverCertificate: server, ...certificate });
    const { body } = await client("GET", "/1.0/projects?recursion=1");
    assert.deepEqual(body?.metadata.map(({ name }: { name: string }) => name).sort(), projects);
    for (const project of ["web", "db", "default"]) {
      const { status } = await client("GET", `/1.0/instances?project=${project}`);
      assert.equal(status, projects.some((name) => name === project) ? 200 : 403, project);
    }
    // A restricted client must not let others in.
    const entry = { type: "client", name: "mine", certificate: wide.der };
    assert.equal((await client("POST", "/1.0/certificates", entry)).status, 403);
  }
});

Deno.test("projects: a missing project is a rejection, until it is created", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd, { config: { projects: "web,later" } });
  const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
  const [a, b] = [await createCertificate(), await createCertificate()];
  first.offer(0, [a]);
  second.relation.write("second/0", { projects: '["web"]' });
  second.offer(0, [b]);
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, a), undefined);
  assert.deepEqual(await accessOf(lxd, b), ["web"], "others are served");
  assert.match(reasonsOf(first)[0] ?? "", /^first\/0: LXD refuses the certificate: .*not found/i);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate, 1 rejected`);
  await lxd.createProject("later");
  await deployment.updateStatus();
  assert.deepEqual(await accessOf(lxd, a), ["later", "web"]);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates`);
  // Existing entries are revoked if no allowed project exists.
  deployment.model.configure(APPLICATION, { projects: "never" });
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), {});
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates, 2 rejected`);
  deployment.model.configure(APPLICATION, { projects: "later" });
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, a), ["later"]);
});

Deno.test("projects: no request names projects without a restriction to them", async () => {
  await using lxd = await startStandIn();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd, { config: { projects: "web" } });
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  deployment.model.configure(APPLICATION, { projects: "" });
  await deployment.settle();
  deployment.model.configure(APPLICATION, { projects: "web" });
  await deployment.settle();
  const access = lxd.requests.filter(({ method }) => method !== "GET").map(({ body }) => {
    const { restricted, projects } = body as { restricted: unknown; projects: unknown };
    return { restricted, projects };
  });
  const [confined, open] = [
    { restricted: true, projects: ["web"] },
    { restricted: false, projects: [] },
  ];
  assert.deepEqual(access, [confined, open, confined]);
});

/** Returns the projects of an entry: null without a restriction, undefined without an entry. */
async function accessOf(
  lxd: LxdWorld,
  { fingerprint }: TestCertificate,
): Promise<readonly string[] | null | undefined> {
  const entry = (await lxd.trustStore()).find((entry) => entry.fingerprint === fingerprint);
  return entry && (entry.restricted ? entry.projects.toSorted() : null);
}

function reasonsOf(requirer: Requirer): readonly string[] {
  return requirer.told().rejected.map(({ unit, reason }) => `${unit}: ${reason}`);
}
