import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createCertificate, fingerprintsOf, type TestCertificate } from "../certificates.ts";
import { until, waitForMember } from "../lxd/administration.ts";
import { authOf, createClient } from "../lxd/client.ts";
import { IS_NOT_LXD, IS_STAND_IN, startCluster, VERSION } from "../lxd/servers.ts";
import type { LxdMember, LxdWorld } from "../lxd/world.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { addCollector } from "../harness/collector.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { startPrometheus } from "../harness/prometheus.ts";
import type { Requirer } from "../harness/requirer.ts";

const RECOVERY_MS = 60_000;
const NAMES = ["member1", "member2", "member3"];

// Tests that stop no member share one cluster, because a cluster takes seconds to form.
let shared: LxdWorld;

Deno.test.beforeAll(async () => {
  shared = await startCluster();
});

Deno.test.afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
});

Deno.test("cluster: after juju trust a client enters every member, and after a removal none", async () => {
  const before = await shared.trustStore();
  await using deployment = await deploy(shared, { trust: false });
  const deployed = await shared.trustStore();
  const requirer = deployment.requirer();
  const [first, second] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, [first, second]);
  await deployment.settle();
  assert.match(deployment.status(), /^blocked: .*juju trust lxd-integrator$/);
  deployment.model.trust(APPLICATION);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 3 nodes, 2 certificates`);
  const { nodes, endpoints, trusted, server } = requirer.told();
  assert.deepEqual(nodes, NAMES);
  assert.deepEqual(endpoints, shared.members.map(({ endpoint }) => endpoint));
  assert.deepEqual(trusted, [first, second].map(({ fingerprint }) => fingerprint).sort());
  assert.equal(server, shared.serverCertificate);
  for (const certificate of [first, second]) {
    // The client has nothing but the published data.
    assert.deepEqual(await authAt(endpoints, certificate, server), everywhere("trusted"));
  }

  requirer.offer(0, [second]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
  assert.deepEqual(await authAt(endpoints, first, server), everywhere("untrusted"));
  assert.deepEqual(await authAt(endpoints, second, server), everywhere("trusted"));

  deployment.model.removeRelation(requirer.relation);
  await deployment.settle();
  assert.deepEqual(await authAt(endpoints, second, server), everywhere("untrusted"));
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 3 nodes, 0 certificates`);

  const again = deployment.requirer("other", 1);
  again.offer(0, [first]);
  again.offer("application", [second]);
  await deployment.settle();
  assert.deepEqual(await authAt(endpoints, first, server), everywhere("trusted"));
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(await shared.trustStore(), deployed);
  assert.deepEqual(await authAt(endpoints, first, server), everywhere("untrusted"));
  assert.equal(deployed.length, before.length + 2, "Juju's credential and a bystander's entry");
});

Deno.test("cluster: several applications and units rotate without a gap", async () => {
  await using deployment = await deploy(shared);
  const foreign = await deployment.foreign();
  const [ams, others] = [deployment.requirer("ams", 2), deployment.requirer("others", 1)];
  const steady = await createCertificate();
  others.offer("application", [steady]);
  const rotate = async () => {
    const pair = [await createCertificate(), await createCertificate()] as const;
    ams.offer(0, [pair[0]]);
    ams.offer(1, [pair[1]]);
    return pair;
  };
  let current = await rotate();
  await deployment.settle();
  const counts: number[] = [];
  const polling = new AbortController();
  const poll = async () => {
    for (; !polling.signal.aborted; await delay(1)) {
      const names = Object.values(await deployment.ours());
      counts.push(
        ...["1:ams-0", "1:ams-1", "2:others"].map((name) =>
          names.filter((other) => other === name).length
        ),
      );
    }
  };
  const polled = poll();
  for (let generation = 0; generation < 3; generation++) {
    const former = current;
    current = await rotate();
    await deployment.settle();
    const fingerprints = current.map(({ fingerprint }) => fingerprint);
    assert.deepEqual(ams.told().trusted, fingerprints.toSorted());
    assert.deepEqual(others.told().trusted, [steady.fingerprint]);
    const { endpoints, server } = ams.told();
    for (const certificate of [...current, steady]) {
      assert.deepEqual(await authAt(endpoints, certificate, server), everywhere("trusted"));
    }
    for (const certificate of former) {
      assert.deepEqual(await authAt(endpoints, certificate, server), everywhere("untrusted"));
    }
  }
  polling.abort();
  await polled;
  assert.ok(counts.length > 10, "the trust store was polled while it changed");
  assert.deepEqual(counts.filter((count) => count < 1 || count > 2), []);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 3 nodes, 3 certificates`);
  assert.deepEqual(await deployment.foreign(), foreign);
});

Deno.test("cluster: the charm repairs drift that was made at another member", async () => {
  await using deployment = await deploy(shared);
  const requirer = deployment.requirer();
  const [a, b] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, [a, b]);
  await deployment.settle();
  const foreign = await deployment.foreign();
  const { serverCertificate } = shared;
  const [, second, third] = shared.members.map(({ endpoint }) =>
    createClient({ ...deployment.credential, endpoint, serverCertificate })
  );
  assert.ok(second && third);
  await second("DELETE", `/1.0/certificates/${a.fingerprint}`);
  await third("PATCH", `/1.0/certificates/${b.fingerprint}`, { restricted: true });
  const { endpoints, server } = requirer.told();
  assert.deepEqual(await authAt(endpoints, a, server), everywhere("untrusted"));
  await deployment.updateStatus();
  assert.deepEqual(await authAt(endpoints, a, server), everywhere("trusted"));
  const entries = (await shared.trustStore()).filter(({ fingerprint }) =>
    [a, b].some((certificate) => certificate.fingerprint === fingerprint)
  );
  assert.deepEqual(entries.map(({ restricted }) => restricted), [false, false]);
  assert.deepEqual(await deployment.foreign(), foreign);
});

Deno.test("cluster: the charm rejects the members' own certificates, and never changes them", async () => {
  await using deployment = await deploy(shared);
  const servers = (await shared.trustStore()).filter(({ type }) => type === "server");
  assert.deepEqual(servers.map(({ name }) => name).sort(), NAMES);
  const requirer = deployment.requirer();
  const good = await createCertificate();
  requirer.offer(0, [good, ...servers.map(({ certificate }) => certificate)]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, [good.fingerprint]);
  assert.deepEqual(
    requirer.told().rejected.map(({ fingerprint, reason }) => [fingerprint, reason]),
    servers.map(({ fingerprint }) => [
      fingerprint,
      `The certificate is in LXD's trust store already, with the type "server"`,
    ]),
  );
  // Our mark changes nothing: anyone may give an entry any name.
  const [entry] = servers;
  assert.ok(entry);
  const name = `${APPLICATION}@${deployment.model.uuid}:${requirer.relation.id}:my-charm-0`;
  await shared.amend(entry.fingerprint, { name });
  requirer.offer(0, []);
  await deployment.settle();
  await deployment.updateStatus();
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  await shared.amend(entry.fingerprint, { name: entry.name });
  const after = (await shared.trustStore()).filter(({ type }) => type === "server");
  assert.deepEqual(after, servers);
});

/** Checks that the published data stays and no hook fails without members. Then restarts all. */
async function loseAllMembers(
  deployment: Deployment,
  requirer: Requirer,
  meanwhile: () => void,
): Promise<void> {
  const { lxd } = deployment;
  const told = requirer.told();
  await Promise.all(lxd.members.map((member) => member.kill()));
  const waiting = `waiting: No answer from ${lxd.members[0]?.endpoint}: connection refused`;
  await deployment.updateStatus();
  assert.equal(deployment.status(), waiting);
  meanwhile();
  await deployment.settle();
  assert.equal(deployment.status(), waiting);
  assert.deepEqual(requirer.told(), told);

  await Promise.all(lxd.members.map((member) => member.start()));
  for (const { name } of lxd.members) await waitForMember(lxd, name, "Online");
  await deployment.updateStatus();
}

Deno.test(
  "cluster: prometheus reads each member with what a collector is handed, until it is gone",
  {
    ignore: IS_NOT_LXD,
  },
  async () => {
    await using deployment = await deploy(shared);
    const collector = addCollector(deployment.model);
    await deployment.settle();
    const { metrics_scrape_jobs: jobs } = collector.handed();
    await using prometheus = await startPrometheus(jobs);
    const targets = await prometheus.targets("up");
    assert.deepEqual(targets.map(({ labels }) => labels["lxd_member"]).toSorted(), NAMES);
    deployment.model.removeRelation(collector.relation);
    await deployment.settle();
    for (const { lastError } of await prometheus.targets("down")) assert.match(lastError, /403/);
  },
);

// A member of the stand-in does not notice by itself that another member is gone.
Deno.test("cluster: one member is lost, then all, and the charm catches up", {
  ignore: IS_STAND_IN,
}, async () => {
  await using lxd = await startCluster();
  const [own] = lxd.members as readonly [LxdMember];
  await using deployment = await deploy(lxd);
  const [requirer, leaver] = [deployment.requirer("my-charm", 2), deployment.requirer("leaver")];
  const [kept, withdrawn, later, offered, gone, left] = await Promise.all(
    Array.from({ length: 6 }, () => createCertificate()),
  );
  assert.ok(kept && withdrawn && later && offered && gone && left);
  requirer.offer(0, [kept]);
  requirer.offer(1, [gone]);
  leaver.offer(0, [left]);
  await deployment.settle();
  const foreign = await deployment.foreign();
  const { server } = requirer.told();

  // The other members replace the credential's member.
  await own.kill();
  requirer.offer(0, [kept, withdrawn]);
  await deployment.settle();
  // The members may need a moment to choose a leader of their database.
  await becomeActive(deployment);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 3 nodes, 4 certificates`);
  const others = othersThan(own, lxd);
  assert.deepEqual(await authAt(others, withdrawn, server), ["trusted", "trusted"]);
  await waitForMember(lxd, own.name, "Offline");
  await deployment.updateStatus();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 2 nodes, 4 certificates`);
  for (const { told } of [requirer, leaver]) {
    const { nodes, endpoints } = told();
    assert.deepEqual([nodes, endpoints], [["member2", "member3"], others]);
  }
  requirer.offer(0, [kept, withdrawn, later]);
  await deployment.settle();
  assert.deepEqual(await authAt(others, later, server), ["trusted", "trusted"]);

  await loseAllMembers(deployment, requirer, () => {
    requirer.offer(0, [kept, later, offered]);
    deployment.model.removeUnit("my-charm/1");
    deployment.model.removeRelation(leaver.relation);
  });
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 3 nodes, 3 certificates`);
  const now = requirer.told();
  assert.deepEqual([now.nodes, now.trusted], [NAMES, fingerprintsOf(kept, later, offered)]);
  assert.deepEqual(await authAt(now.endpoints, offered, server), everywhere("trusted"));
  for (const certificate of [withdrawn, gone, left]) {
    assert.deepEqual(await authAt(now.endpoints, certificate, server), everywhere("untrusted"));
  }
  assert.deepEqual(await deployment.foreign(), foreign);
});

// A member of Incus that hung still trusts revoked certificates, until the next change reaches it.
Deno.test(
  "cluster: the charm uses another member while the credential's member hangs",
  { ignore: IS_NOT_LXD },
  async () => {
    await using lxd = await startCluster();
    const leader = await databaseLeader(lxd);
    const own = lxd.members.find(({ name }) => name !== leader);
    assert.ok(own);
    await using deployment = await deploy(lxd, { cloud: { endpoint: own.endpoint } });
    const requirer = deployment.requirer();
    const [first, second] = [await createCertificate(), await createCertificate()];
    requirer.offer(0, [first]);
    await deployment.settle();
    const foreign = await deployment.foreign();
    await own.pause();
    requirer.offer(0, [second]);
    await deployment.settle();
    // A member that makes a change may wait for the hanging member longer than the charm waits.
    await becomeActive(deployment);
    assert.match(deployment.status(), /^active: LXD \S+: [23] nodes, 1 certificate$/);
    assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
    const { server } = requirer.told();
    const others = othersThan(own, lxd);
    assert.deepEqual(await authAt(others, second, server), ["trusted", "trusted"]);
    assert.deepEqual(await authAt(others, first, server), ["untrusted", "untrusted"]);

    assert.deepEqual(await deployment.foreign(), foreign);

    await own.resume();
    requirer.offer(0, [first]);
    await deployment.settle();
    await becomeActive(deployment);
    assert.deepEqual(requirer.told().trusted, [first.fingerprint]);
    await until("let the client in at the member that hung", RECOVERY_MS, async () => {
      const [auth] = await authAt([own.endpoint], first, server);
      return auth === "trusted";
    });
  },
);

/** Asks each endpoint whether it trusts a client that pins the server. */
async function authAt(
  endpoints: readonly string[],
  { certificate, key }: TestCertificate,
  server: string | undefined,
): Promise<readonly string[]> {
  assert.ok(server, "the relation must hold the server's certificate");
  return await Promise.all(
    endpoints.map((endpoint) => authOf(endpoint, { certificate, key }, server)),
  );
}

function everywhere(auth: "trusted" | "untrusted"): readonly string[] {
  return NAMES.map(() => auth);
}

function othersThan(own: LxdMember, { members }: LxdWorld): readonly string[] {
  return members.filter((member) => member !== own).map(({ endpoint }) => endpoint);
}

/** Runs update-status until LXD makes the changes. No hook may fail meanwhile. */
async function becomeActive(deployment: Deployment): Promise<void> {
  await until("become active", RECOVERY_MS, async () => {
    await deployment.model.settle();
    const isActive = deployment.model.status(UNIT).status === "active";
    if (!isActive) deployment.model.updateStatus(APPLICATION);
    return isActive;
  });
  await deployment.settle();
}

async function databaseLeader({ admin }: LxdWorld): Promise<string> {
  const { body } = await admin("GET", "/1.0/cluster/members?recursion=1");
  const members: { server_name: string; roles: string[] }[] = body?.metadata ?? [];
  return members.find(({ roles }) => roles.includes("database-leader"))?.server_name ?? "";
}
