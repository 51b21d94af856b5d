import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { createClient } from "../lxd/client.ts";
import { IS_NOT_LXD, startLxd, VERSION } from "../lxd/servers.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import { accessOf } from "../harness/access.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { relateHttps } from "../harness/https_requirer.ts";
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
      /^blocked: Correct projects: it must be names of LXD projects/,
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

Deno.test("projects: an option that names what LXD lacks changes nothing until it is mended", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd, { config: { projects: "wbe" } });
  const { model } = deployment;
  assert.equal(deployment.status(), 'blocked: No LXD project "wbe"; set projects');
  const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
  const [a, b] = [await createCertificate(), await createCertificate()];
  first.offer(0, [a]);
  second.relation.write("second/0", { projects: '["web"]' });
  second.offer(0, [b]);
  await deployment.settle();
  assert.equal(deployment.status(), 'blocked: No LXD project "wbe"; set projects');
  assert.deepEqual([await deployment.ours(), first.told().trusted], [{}, []]);
  model.configure(APPLICATION, { projects: "web,later" });
  await deployment.settle();
  assert.equal(deployment.status(), 'blocked: No LXD project "later"; set projects');
  await lxd.createProject("later");
  await deployment.updateStatus();
  assert.deepEqual([await accessOf(lxd, a), await accessOf(lxd, b)], [["later", "web"], ["web"]]);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates`);
  await checkNothingChanges(deployment, { first, second, granted: b });
  // A project of the option is deleted.
  model.configure(APPLICATION, { projects: "later" });
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, a), ["later"]);
  await lxd.deleteProject("later");
  await deployment.updateStatus();
  assert.equal(deployment.status(), 'blocked: No LXD project "later"; set projects');
  assert.deepEqual(
    await accessOf(lxd, a),
    [],
    "LXD took the project from the entry, the charm nothing",
  );
  // Whatever the option names, nothing stays when the application goes.
  model.removeApplication(APPLICATION);
  await model.settle();
  assert.deepEqual(await deployment.ours(), {});
});

/** An option with missing projects changes nothing, whatever happens meanwhile. */
async function checkNothingChanges(
  { model, lxd, settle, updateStatus, status }: Deployment,
  { first, second, granted }: {
    readonly first: Requirer;
    readonly second: Requirer;
    /** The certificate of the second. */
    readonly granted: TestCertificate;
  },
): Promise<void> {
  const store = await lxd.trustStore();
  const told = [first.told(), second.told()];
  const cases = [
    ["wbe", 'No LXD project "wbe"'],
    ["wbe,web, nope", 'No LXD projects "nope", "wbe"'],
    ["a,b,c,d,e,f,g", 'No LXD projects "a", "b", "c", "d", "e" and 2 more'],
    ["y".repeat(300), `No LXD project "${"y".repeat(64)}..."`],
  ] as const;
  for (const [projects, expected] of cases) {
    model.configure(APPLICATION, { projects });
    await settle();
    assert.equal(status(), `blocked: ${expected}; set projects`);
    await updateStatus();
    assert.deepEqual([await lxd.trustStore(), first.told(), second.told()], [store, ...told]);
  }
  // Not even what a requirer drops meanwhile is revoked.
  second.offer(0, []);
  await settle();
  assert.deepEqual(await lxd.trustStore(), store);
  second.offer(0, [granted]);
  model.configure(APPLICATION, { projects: "web,later" });
  await settle();
  assert.deepEqual(await lxd.trustStore(), store);
}

Deno.test("projects: a requirer that names what LXD lacks is rejected, and nobody else", async () => {
  await using lxd = await startLxd();
  for (const name of ["web", "brief"]) await lxd.createProject(name);
  await using deployment = await deploy(lxd);
  const [misspelled, other] = [deployment.requirer("misspelled", 2), deployment.requirer("other")];
  const [a, b, c] = [
    await createCertificate(),
    await createCertificate(),
    await createCertificate(),
  ];
  misspelled.relation.write("misspelled/0", { projects: '["web", "wbe"]' });
  misspelled.offer(0, [a]);
  misspelled.relation.write("misspelled/1", { projects: '["web"]' });
  misspelled.offer(1, [b]);
  other.offer("application", [c]);
  await deployment.settle();
  assert.deepEqual(reasonsOf(misspelled), ['misspelled/0: No LXD project "wbe"']);
  assert.deepEqual(reasonsOf(other), []);
  assert.deepEqual(
    [await accessOf(lxd, a), await accessOf(lxd, b), await accessOf(lxd, c)],
    [undefined, ["web"], null],
  );
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates, 1 rejected`);
  // What was granted before is not kept for a wish that cannot be granted.
  other.relation.writeApp("other", { projects: '["brief"]' });
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, c), ["brief"]);
  other.relation.writeApp("other", { projects: '["no-such"]' });
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, c), undefined);
  assert.deepEqual(reasonsOf(other), ['other: No LXD project "no-such"']);
  // The project goes after the certificate was registered.
  other.relation.writeApp("other", { projects: '["brief"]' });
  await deployment.settle();
  assert.deepEqual([await accessOf(lxd, c), reasonsOf(other)], [["brief"], []]);
  await lxd.deleteProject("brief");
  await deployment.updateStatus();
  assert.deepEqual(await accessOf(lxd, c), undefined);
  assert.deepEqual(reasonsOf(other), ['other: No LXD project "brief"']);
  assert.deepEqual(await accessOf(lxd, b), ["web"]);
  await lxd.createProject("brief");
  await lxd.createProject("wbe");
  await deployment.updateStatus();
  assert.deepEqual([await accessOf(lxd, a), await accessOf(lxd, c)], [["wbe", "web"], ["brief"]]);
});

Deno.test("projects: whatever name LXD accepts, the option and both interfaces take", async () => {
  await using lxd = await startLxd();
  const names = ["a#b", "a%41", "a*b", "\u00fc", "\u{1f600}", "x".repeat(64), "y".repeat(300)]
    .sort();
  for (const name of [...names, "a,b"]) await lxd.createProject(name);
  await using deployment = await deploy(lxd, { config: { projects: names.join(", ") } });
  const requirer = deployment.requirer();
  const https = relateHttps(deployment.model);
  const [certificate, other] = [await createCertificate(), await createCertificate()];
  https.offer(0, other.certificate, { projects: names.slice(0, 2).join(",") });
  requirer.offer(0, [certificate]);
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, certificate), names);
  assert.deepEqual(await accessOf(lxd, other), names.slice(0, 2));
  for (const name of names) {
    requirer.relation.write("my-charm/0", { projects: JSON.stringify([name]) });
    await deployment.settle();
    assert.deepEqual(await accessOf(lxd, certificate), [name]);
  }
  deployment.model.configure(APPLICATION, { projects: "" });
  requirer.relation.write("my-charm/0", { projects: '["a,b"]' });
  await deployment.settle();
  assert.deepEqual(await accessOf(lxd, certificate), ["a,b"]);
});

Deno.test("projects: LXD is asked for them once in a hook, and only if some are named", async () => {
  await using lxd = await startStandIn();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer("my-charm", 2);
  const certificates = await Promise.all(Array.from({ length: 40 }, () => createCertificate()));
  requirer.offer(0, certificates);
  const asked = async (change: () => void) => {
    const [requests, runs] = [lxd.requests.length, deployment.model.runs.length];
    change();
    await deployment.settle();
    const sent = lxd.requests.slice(requests);
    const hooks = deployment.model.runs.slice(runs).filter(({ unit }) => unit === UNIT);
    const paths = sent.map(({ method, path }) => `${method} ${path}`);
    return {
      hooks: hooks.length,
      lists: paths.filter((path) => path === "GET /1.0/projects").length,
      stores: paths.filter((path) => path === "GET /1.0/certificates?recursion=1").length,
      changes: paths.filter((path) => !path.startsWith("GET ")).length,
    };
  };
  const { lists, changes } = await asked(() => {});
  assert.deepEqual([lists, changes], [0, 40]);
  const misspelled = await asked(() =>
    deployment.model.configure(APPLICATION, { projects: "wbe" })
  );
  assert.equal(deployment.status(), 'blocked: No LXD project "wbe"; set projects');
  assert.deepEqual([misspelled.lists, misspelled.changes], [misspelled.hooks, 0]);
  const mended = await asked(() => deployment.model.configure(APPLICATION, { projects: "web" }));
  assert.deepEqual([mended.lists, mended.changes], [mended.hooks, 40]);
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
function reasonsOf(requirer: Requirer): readonly string[] {
  return requirer.told().rejected.map(({ unit, reason }) => `${unit}: ${reason}`);
}
