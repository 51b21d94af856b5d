import assert from "node:assert/strict";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { judgeCosAgent } from "../contract/cos_agent.ts";
import { completed } from "../harness/actions.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { addCollector, type Handed, statusesOf } from "../harness/collector.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { createTestClock } from "../harness/test_clock.ts";
import { startLxd } from "../lxd/real.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";

const OTHER = "lxd-integrator/1";
const DAY_MS = 86_400_000;

async function metricsEntries(lxd: LxdWorld): Promise<readonly TrustEntry[]> {
  return (await lxd.trustStore()).filter(({ type }) => type === "metrics");
}

/** The one job that a unit hands over. */
function jobOf({ metrics_scrape_jobs: jobs }: Handed) {
  const [job] = jobs;
  assert.ok(job && jobs.length === 1, `${jobs.length} jobs`);
  return job;
}

function writes({ model }: Deployment): number {
  return model.runs.flatMap(({ tools }) => tools).filter(({ tool }) => tool === "relation-set")
    .length;
}

Deno.test("monitoring: the leader's collector reads LXD's metrics, and nothing else", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  assert.deepEqual(await metricsEntries(lxd), [], "nothing is made that nobody wants");
  const collector = addCollector(deployment.model);
  await deployment.settle();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 0 certificates");
  const [mine, others] = [collector.handed(), collector.handed(OTHER)];
  const job = jobOf(mine);
  assert.deepEqual(others, { ...mine, metrics_scrape_jobs: [] });
  for (const unit of [UNIT, OTHER]) {
    const { config = "" } = collector.relation.read(unit);
    assert.deepEqual(await judgeCosAgent(config), ["LXD Integrator"]);
  }
  assert.deepEqual(await statusesOf(job), [200]);
  const [entry, ...more] = await metricsEntries(lxd);
  assert.deepEqual(more, []);
  const fingerprint = fingerprintOf(job.tls_config.cert);
  assert.deepEqual(entry && [entry.fingerprint, entry.restricted], [fingerprint, false]);
  const { prefix } = deployment;
  assert.equal(entry?.name, `${prefix}1:cos-agent:${fingerprint.slice(0, 12)}`);
  for (const path of ["/1.0/certificates", "/1.0/instances", "/1.0/projects"]) {
    assert.deepEqual(await statusesOf({ ...job, metrics_path: path }), [403], path);
  }

  // Nothing changes any more, and LXD's metrics are not mistaken for a requirer's certificate.
  const before = writes(deployment);
  await deployment.updateStatus();
  assert.equal(writes(deployment), before);
  const requirer = deployment.requirer();
  requirer.offer(0, [job.tls_config.cert, await createCertificate()]);
  await deployment.settle();
  assert.deepEqual(requirer.told().rejected.map(({ code }) => code), ["foreign-entry"]);
  assert.deepEqual(await metricsEntries(lxd), [entry]);

  deployment.model.removeRelation(collector.relation);
  await deployment.settle();
  assert.deepEqual(await metricsEntries(lxd), []);
  assert.deepEqual(await statusesOf(job), [403]);
});

Deno.test("monitoring: a certificate for metrics has the operator's projects, and no more", async () => {
  await using lxd = await startLxd();
  for (const project of ["web", "db"]) await lxd.createProject(project);
  await using deployment = await deploy(lxd, { config: { projects: "web,db" } });
  const collector = addCollector(deployment.model);
  await deployment.settle();
  const jobs = collector.handed().metrics_scrape_jobs;
  assert.deepEqual(jobs.map(({ job_name: name, params }) => [name, params]), [
    ["lxd-integrator_lxd_db", { project: ["db"] }],
    ["lxd-integrator_lxd_web", { project: ["web"] }],
  ]);
  for (const job of jobs) {
    assert.deepEqual(await statusesOf(job), [200]);
    assert.deepEqual(await statusesOf({ ...job, params: { project: ["default"] } }), [403]);
  }
  deployment.model.configure(APPLICATION, { projects: "web" });
  await deployment.settle();
  const job = jobOf(collector.handed());
  assert.deepEqual(await statusesOf(job), [200]);
  assert.deepEqual(await statusesOf({ ...job, params: { project: ["db"] } }), [403]);
  deployment.model.configure(APPLICATION, { projects: "wbe" });
  await deployment.settle();
  assert.match(deployment.status(), /^blocked: No LXD project "wbe"/);
  assert.deepEqual(jobOf(collector.handed()), job);
  deployment.model.configure(APPLICATION, { projects: null });
  await deployment.settle();
  const wide = jobOf(collector.handed());
  assert.deepEqual([wide.params, wide.tls_config], [undefined, job.tls_config]);
  assert.deepEqual(await statusesOf(wide), [200]);
});

Deno.test("monitoring: the key moves with the leadership, and goes with the application", async () => {
  await using lxd = await startLxd();
  await lxd.trust((await createCertificate()).certificate, { name: "others'", type: "metrics" });
  const foreign = await metricsEntries(lxd);
  await using deployment = await deploy(lxd, { units: 2 });
  const { model } = deployment;
  const collector = addCollector(model);
  await deployment.settle();
  const first = jobOf(collector.handed());
  model.setLeader(OTHER);
  await deployment.settle();
  const second = jobOf(collector.handed(OTHER));
  assert.notEqual(second.tls_config.key, first.tls_config.key);
  assert.deepEqual(collector.handed().metrics_scrape_jobs, []);
  assert.deepEqual(await statusesOf(second), [200]);
  model.removeUnit(OTHER);
  await deployment.settle();
  const third = jobOf(collector.handed());
  assert.deepEqual(await statusesOf(third), [200]);
  model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(await metricsEntries(lxd), foreign);
  for (const job of [first, second, third]) assert.deepEqual(await statusesOf(job), [403]);
});

Deno.test("monitoring: a certificate is replaced a year ahead, and its collector has an hour", async () => {
  const notBefore = new Date(Date.now() - 999 * DAY_MS);
  const notAfter = new Date(Date.now() + 999 * DAY_MS);
  await using lxd = await startLxd({ identity: await createCertificate({ notBefore, notAfter }) });
  // LXD has the right time, and refuses what is not valid yet.
  let days = -370;
  const clock = { ...createTestClock(), now: () => new Date(Date.now() + days * DAY_MS) };
  const [credential, bystander] = await Promise.all([
    createCertificate({ commonName: "juju", notBefore, notAfter }),
    createCertificate({ notBefore, notAfter }),
  ]);
  const clients = { credential, bystander };
  await using deployment = await deploy(lxd, { running: "in process", clock, clients });
  const collector = addCollector(deployment.model);
  await deployment.settle();
  const first = jobOf(collector.handed());
  const after = async (more: number) => {
    days += more;
    await deployment.updateStatus();
    assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 0 certificates");
    return jobOf(collector.handed());
  };
  assert.deepEqual(await after(364), first);
  const second = await after(2);
  assert.notEqual(second.tls_config.cert, first.tls_config.cert);
  assert.deepEqual(await after(0), second);
  for (const job of [first, second]) assert.deepEqual(await statusesOf(job), [200]);
  assert.deepEqual(await after(1 / 20), second);
  assert.deepEqual(await statusesOf(first), [403]);
  // Somebody removes the entry. The next hook adds it again.
  await lxd.distrust(fingerprintOf(second.tls_config.cert));
  assert.deepEqual(await after(0), second);
  assert.deepEqual(await statusesOf(second), [200]);
});

Deno.test("monitoring: without LXD a collector gets the alerts, and later the rest", async () => {
  await using lxd = await startLxd();
  const [member] = lxd.members;
  assert.ok(member);
  await using deployment = await deploy(lxd);
  await member.stop();
  const collector = addCollector(deployment.model);
  await deployment.settle();
  assert.match(deployment.status(), /^waiting: No answer from /);
  const early = collector.handed();
  assert.deepEqual(early.metrics_scrape_jobs, []);
  await member.start();
  await deployment.updateStatus();
  const late = collector.handed();
  const job = jobOf(late);
  assert.deepEqual({ ...late, metrics_scrape_jobs: [] }, early);
  assert.deepEqual(await statusesOf(job), [200]);
  await member.stop();
  await deployment.updateStatus();
  assert.deepEqual(collector.handed(), late, "LXD may come back");
  deployment.model.removeRelation(collector.relation);
  await deployment.settle();
  await member.start();
  assert.deepEqual(await statusesOf(job), [200]);
  await deployment.updateStatus();
  assert.deepEqual(await statusesOf(job), [403]);
});

Deno.test("monitoring: actions know the certificates for metrics", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model, prefix } = deployment;
  const collector = addCollector(model);
  const dry = await completed(deployment, "reconcile", { params: { "dry-run": true } });
  assert.equal(dry.added, "0");
  await deployment.settle();
  const { cert } = jobOf(collector.handed()).tls_config;
  const lost = await createCertificate();
  await lxd.trust(lost.certificate, {
    name: `${prefix}77:cos-agent:${lost.fingerprint.slice(0, 12)}`,
    type: "metrics",
  });
  const listed = await completed(deployment, "list-certificates", { params: { all: true } });
  const rows: readonly Readonly<Record<string, string>>[] = Object.values(listed.certificates);
  const known = rows.find(({ fingerprint }) => fingerprint === fingerprintOf(cert));
  const { state, relation, requirer, projects } = known ?? {};
  assert.deepEqual([state, relation, requirer, projects], [
    "trusted",
    "cos-agent:1",
    "cos-agent",
    "all",
  ]);
  const orphan = rows.find(({ fingerprint }) => fingerprint === lost.fingerprint);
  assert.deepEqual([orphan?.["state"], orphan?.["relation"]], ["orphan", "gone:77"]);
  assert.equal(listed.foreign.metrics, undefined);
  const purged = await completed(deployment, "purge-orphans", { params: { "dry-run": false } });
  assert.equal(purged.revoked, "1");
  assert.deepEqual((await metricsEntries(lxd)).map((one) => one.fingerprint), [
    fingerprintOf(cert),
  ]);
  assert.equal(deployment.status(UNIT), "active: LXD 5.0.2: 1 node, 0 certificates");
});

Deno.test("monitoring: a hook that is killed anywhere leaves one key in the end", async () => {
  await using lxd = await startLxd();
  let hours = 0;
  const clock = {
    ...createTestClock(),
    now: () => new Date(Date.now() + hours * DAY_MS / 24),
  };
  await using deployment = await deploy(lxd, { running: "in process", clock });
  const { model } = deployment;
  let killed = 0;
  for (let call = 1; call === killed + 1; call++) {
    const { relation, handed } = addCollector(model, `otelcol${call}`);
    model.faults.killAtToolCall({ hook: "cos-agent-relation-created", call });
    await model.settle({ replays: 1 });
    model.faults.clear();
    if (model.runs.filter(({ outcome }) => outcome === "killed").length > killed) killed = call;
    const job = jobOf(handed());
    assert.deepEqual(await statusesOf(job), [200]);
    hours += 2;
    await deployment.updateStatus();
    assert.deepEqual(jobOf(handed()), job);
    assert.equal((await metricsEntries(lxd)).length, 1, `killed at call ${call}`);
    model.removeRelation(relation);
    await deployment.settle();
    assert.deepEqual(await metricsEntries(lxd), []);
  }
  assert.ok(killed > 5, `${killed} calls`);
});
