import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";
import {
  createCertificate,
  fingerprintOf,
  fingerprintsOf,
  type TestCertificate,
} from "../certificates.ts";
import { until } from "../lxd/administration.ts";
import { authOf } from "../lxd/client.ts";
import { startImpostor, startSilentServer } from "../lxd/impostor.ts";
import { claimLoopback, LXD_PORT } from "../lxd/loopback.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";
import { type StandIn, startStandIn } from "../lxd/stand_in.ts";
import { type DialectName, DIALECTS } from "../lxd/stand_in_dialect.ts";
import type { Fault, FaultMatch } from "../lxd/stand_in_faults.ts";
import { createIdentity } from "../lxd/stand_in_member.ts";
import type { LxdMember, LxdWorld } from "../lxd/world.ts";
import { APPLICATION, BYSTANDER } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";

// A hook waits at most ten seconds for one server, and at most twice. This limit is far longer, for
// any load: it finds only a hook that hangs forever.
const HOOK_LIMIT_MS = 300_000;
const VACATE_LIMIT_MS = 60_000;

Deno.test("network: an impostor at the endpoint learns nothing", async () => {
  // The server certificate is an authority, so that one impostor can present a certificate of it.
  const genuine = await createCertificate({ ca: true, commonName: "LXD", key: "p384" });
  await using lxd = await startStandIn({ identity: genuine });
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  const told = requirer.told();
  const member = onlyMember(lxd);
  await member.kill();
  const identities = [
    ["LXD's name", await createCertificate({ commonName: "LXD", key: "p384" })],
    ["LXD's usual name", await createIdentity()],
    ["a certificate that the expected one signed", await createCertificate({ issuer: genuine })],
  ] as const;
  for (const [what, identity] of identities) {
    await vacated(member);
    await using impostor = await startImpostor({ address: member.address, identity });
    requirer.offer(0, [await createCertificate()]);
    await deployment.settle();
    assert.equal(
      deployment.status(),
      `blocked: Run check: LXD presents ${fingerprintOf(identity.certificate).slice(0, 12)}, ` +
        `not ${genuine.fingerprint.slice(0, 12)}`,
      what,
    );
    assert.ok(impostor.connections > 0, what);
    assert.equal(new TextDecoder().decode(impostor.received), "", what);
    assert.deepEqual(requirer.told(), told, what);
  }
});

Deno.test("network: the charm waits if another server answers, or none", async () => {
  const cases: readonly (readonly [string, (address: string) => Promise<AsyncDisposable>])[] = [
    ["connection refused", () => Promise.resolve(new AsyncDisposableStack())],
    ["no TLS is spoken there", servePlainHttp],
    ["connection cut", serveCuts],
    ["time-out", (address) => startSilentServer({ address })],
  ];
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  const member = onlyMember(lxd);
  for (const [cause, serve] of cases) {
    const [told, store] = [requirer.told(), await lxd.trustStore()];
    const certificate = await createCertificate();
    await member.kill();
    await vacated(member);
    {
      await using _server = await serve(member.address);
      requirer.offer(0, [certificate]);
      await settleInTime(deployment);
      assert.equal(deployment.status(), `waiting: No answer from ${member.endpoint}: ${cause}`);
      assert.deepEqual(requirer.told(), told, cause);
      assert.deepEqual(await lxd.trustStore(), store, cause);
    }
    await vacated(member);
    await member.start();
    await deployment.updateStatus();
    assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 1 certificate", cause);
    assert.deepEqual(requirer.told().trusted, [certificate.fingerprint], cause);
  }
});

Deno.test("network: the charm waits while a name cannot be resolved", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd, { cloud: { endpoint: "https://lxd.invalid" } });
  deployment.requirer();
  await settleInTime(deployment);
  assert.match(deployment.status(), /^waiting: No answer from https:\/\/lxd\.invalid:8443: \S/);
  deployment.model.setCloud(deployment.cloud());
  await deployment.updateStatus();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 0 certificates");
});

Deno.test("network: no request goes through a proxy in the environment", async () => {
  using loopback = claimLoopback();
  const hostname = loopback.address(1);
  let connections = 0;
  await using trap = await serveTcp(
    createTcpServer((socket) => {
      connections++;
      socket.destroy();
    }),
    hostname,
  );
  const proxy = `http://${hostname}:${LXD_PORT}`;
  const names = ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy"];
  const legacyProxy = Object.fromEntries(
    [...names, ...names.map((name) => name.toUpperCase())].map((name) => [name, proxy]),
  );
  await using lxd = await startStandIn({ members: 3 });
  await using deployment = await deploy(lxd, {
    model: { legacyProxy: { ...legacyProxy, NODE_USE_ENV_PROXY: "1" } },
  });
  const requirer = deployment.requirer();
  const certificate = await createCertificate();
  requirer.offer(0, [certificate]);
  await deployment.settle();
  await onlyMember(lxd).kill();
  await deployment.updateStatus();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 2 nodes, 1 certificate");
  assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);
  assert.equal(connections, 0);
  // The proxy works: a program that obeys the environment connects to it.
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `await fetch("${lxd.members[1]?.endpoint}/1.0")`],
    env: legacyProxy,
    stdout: "null",
    stderr: "null",
  }).output();
  assert.ok(!success && connections > 0);
  await trap[Symbol.asyncDispose]();
});

const PUBLIC = { "user.microcloud": "2.1.0" };

/** Checks that each member is published, and lets the certificate in. */
async function checkWayIn(
  { members }: StandIn,
  { told }: Requirer,
  { certificate, key }: TestCertificate,
): Promise<void> {
  const { endpoints, nodes, server } = told();
  assert.deepEqual(nodes, members.map(({ name }) => name));
  for (const endpoint of endpoints) {
    assert.equal(await authOf(endpoint, { certificate, key }, server ?? ""), "trusted");
  }
}

for (const dialect of TESTED_DIALECTS) {
  const { version } = DIALECTS[dialect];
  Deno.test(`network: the charm serves requirers over LXD ${dialect}`, async () => {
    await using lxd = await startStandIn({ dialect, members: 3 });
    const bare = await lxd.trustStore();
    await using deployment = await deploy(lxd);
    await lxd.createProject("web");
    const [first, second] = [deployment.requirer("first", 2), deployment.requirer("second")];
    const [own, shared, confined] = await Promise.all([1, 2, 3].map(() => createCertificate()));
    assert.ok(own && shared && confined);
    first.offer(0, [own, shared]);
    first.relation.write("first/1", { projects: '["web", "web"]' });
    first.offer(1, [confined]);
    second.offer("application", [shared]);
    await deployment.settle();
    assert.equal(deployment.status(), `active: LXD ${version}: 3 nodes, 3 certificates`);
    assert.deepEqual(await deployment.ours(), {
      [own.fingerprint]: "1:first-0",
      [shared.fingerprint]: "shared",
      [confined.fingerprint]: "1:first-1",
    });
    assert.deepEqual(await accessOf(lxd, confined), [true, "web"]);
    assert.deepEqual(await accessOf(lxd, own), [false]);
    assert.deepEqual(first.told().trusted, fingerprintsOf(own, shared, confined));
    await checkWayIn(lxd, first, own);

    // One requirer drops its projects, one narrows them, and then one asks for a missing project.
    first.relation.write("first/1", { projects: undefined });
    first.relation.write("first/0", { projects: '["default", "web"]' });
    await deployment.settle();
    assert.deepEqual(await accessOf(lxd, confined), [false]);
    assert.deepEqual(await accessOf(lxd, own), [true, "default", "web"]);
    assert.deepEqual(await accessOf(lxd, shared), [false], "one requirer wants it without limits");
    const rotated = await createCertificate();
    first.relation.write("first/0", { projects: '["none"]' });
    first.offer(0, [rotated]);
    await deployment.settle();
    const { reason = "" } = first.told().rejected[0] ?? {};
    assert.equal(reason, 'No LXD project "none"');
    assert.deepEqual(first.told().trusted, [confined.fingerprint]);
    assert.deepEqual(await deployment.ours(), {
      [shared.fingerprint]: "2:second",
      [confined.fingerprint]: "1:first-1",
    });

    deployment.model.removeApplication(APPLICATION);
    await deployment.settle();
    const left = (await lxd.trustStore()).map(({ name }) => name);
    const others = [...bare.map(({ name }) => name), "juju", BYSTANDER];
    assert.deepEqual(left.toSorted(), others.sort());
  });

  Deno.test(`network: the charm is blocked if LXD ${dialect} shows public settings to a restricted credential`, async () => {
    await using lxd = await startStandIn({ dialect });
    await lxd.admin("PATCH", "/1.0", { config: PUBLIC });
    await using deployment = await deploy(lxd);
    deployment.requirer();
    const stranger = await createCertificate();
    await lxd.trust(stranger.certificate, { restricted: true, projects: ["default"] });
    deployment.model.setCloud(deployment.cloud({ credential: stranger }));
    await deployment.updateStatus();
    assert.match(deployment.status(), /^blocked: Lift the restriction of our certificate \w{12} in LXD$/);
  });
}

for (const dialect of Object.keys(DIALECTS) as DialectName[]) {
  Deno.test(`network: LXD ${dialect} blocks an untrusted and a restricted credential`, async () => {
    await using lxd = await startStandIn({ dialect });
    // LXD 5.21 and later show this setting to untrusted clients.
    await lxd.admin("PATCH", "/1.0", { config: PUBLIC });
    await using deployment = await deploy(lxd);
    deployment.requirer();
    const stranger = await createCertificate();
    deployment.model.setCloud(deployment.cloud({ credential: stranger }));
    await deployment.updateStatus();
    assert.match(deployment.status(), /^blocked: Add our certificate \w{12} to LXD's trust store$/);
    await lxd.admin("PATCH", "/1.0", { config: { "user.microcloud": "" } });
    await lxd.trust(stranger.certificate, { restricted: true, projects: ["default"] });
    await deployment.updateStatus();
    assert.match(deployment.status(), /^blocked: Lift the restriction of our certificate \w{12} in LXD$/);
  });
}

const REQUESTS: readonly (readonly [string, FaultMatch])[] = [
  ["GET /1.0", { method: "GET", path: /^\/1\.0$/ }],
  ["GET certificates", { method: "GET", path: /^\/1\.0\/certificates/ }],
  ["POST", { method: "POST" }],
  ["PATCH", { method: "PATCH" }],
  ["DELETE", { method: "DELETE" }],
];

const FAULTS: readonly (readonly [string, Fault, string])[] = [
  ["500", { kind: "status", status: 500, error: "no leader" }, "error 500, no leader"],
  ["cut", { kind: "reset" }, "connection cut"],
  ["cut after acting", { kind: "act-then-reset" }, "connection cut"],
  ["cut in the answer", { kind: "truncated" }, "connection cut"],
  ["gone", { kind: "crash" }, "connection (cut|refused)"],
  ["no JSON", { kind: "malformed" }, "an answer that is not LXD's"],
];

for (const [kind, fault, cause] of FAULTS) {
  Deno.test(`network: no request that ends like this loses anything: ${kind}`, async () => {
    await using lxd = await startStandIn();
    await using deployment = await deploy(lxd);
    const requirer = deployment.requirer();
    const member = onlyMember(lxd);
    const [one, kept, other] = await Promise.all([1, 2, 3].map(() => createCertificate()));
    assert.ok(one && kept && other);
    requirer.offer(0, [one, kept]);
    await deployment.settle();
    const foreign = await deployment.foreign();
    let [present, absent]: [TestCertificate, TestCertificate] = [one, other];
    for (const [index, [request, match]] of REQUESTS.entries()) {
      lxd.fault(match, fault);
      // The plan registers one entry, changes one, and revokes one.
      const isConfined = index % 2 === 0;
      requirer.relation.write("my-charm/0", { projects: isConfined ? '["default"]' : undefined });
      requirer.offer(0, [kept, absent]);
      await deployment.settle();
      // For a change, the HTTP status alone says whether LXD made it.
      const isTaken = fault.kind === "malformed" && match.method !== "GET";
      const waiting = new RegExp(`^waiting: No answer from ${member.endpoint}: ${cause}$`);
      if (!isTaken) assert.match(deployment.status(), waiting);
      const ours = await deployment.ours();
      assert.ok(ours[kept.fingerprint], `${request}: the entry that stays is never missing`);
      const isOneThere = ours[absent.fingerprint] || ours[present.fingerprint];
      assert.ok(isOneThere, `${request}: the new entry comes before the old one goes`);
      assert.deepEqual(await deployment.foreign(), foreign, request);
      lxd.clear();
      if (fault.kind === "crash") {
        await vacated(member);
        await member.start();
      }
      await deployment.updateStatus();
      [present, absent] = [absent, present];
      assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 2 certificates", request);
      assert.deepEqual(requirer.told().trusted, fingerprintsOf(kept, present), request);
      const names: Record<string, string> = {
        [kept.fingerprint]: "1:my-charm-0",
        [present.fingerprint]: "1:my-charm-0",
      };
      assert.deepEqual(await deployment.ours(), names, request);
      const access = isConfined ? [true, "default"] : [false];
      assert.deepEqual(await accessOf(lxd, kept), access, request);
      assert.deepEqual(await deployment.foreign(), foreign, request);
    }
  });
}

Deno.test("network: nothing changes while the members of a cluster cannot be listed", async () => {
  await using lxd = await startStandIn({ members: 3 });
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [first, second] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, [first]);
  await deployment.settle();
  const told = requirer.told();
  const faults: readonly Fault[] = [
    { kind: "status", status: 503 },
    { kind: "status", status: 403 },
    { kind: "malformed" },
    { kind: "reset" },
  ];
  requirer.offer(0, [second]);
  for (const fault of faults) {
    lxd.fault({ path: /cluster\/members/ }, fault);
    await deployment.updateStatus();
    assert.doesNotMatch(deployment.status(), /^active/, fault.kind);
    assert.deepEqual(requirer.told(), told);
    lxd.clear();
  }
  await deployment.updateStatus();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 3 nodes, 1 certificate");
  assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
  assert.deepEqual(requirer.told().endpoints, told.endpoints);
});

Deno.test("network: the charm uses the next member if one fails", async () => {
  await using lxd = await startStandIn({ members: 3 });
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  let certificate = await createCertificate();
  requirer.offer(0, [certificate]);
  await deployment.settle();
  const faults: readonly Fault[] = [
    { kind: "status", status: 503 },
    { kind: "malformed" },
    { kind: "silent" },
  ];
  for (const fault of faults) {
    lxd.clear();
    lxd.fault({ member: "member1", path: /^\/1\.0$/ }, fault);
    certificate = await createCertificate();
    requirer.offer(0, [certificate]);
    await settleInTime(deployment);
    assert.equal(deployment.status(), "active: LXD 5.0.2: 3 nodes, 1 certificate", fault.kind);
    assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);
    const posts = lxd.requests.filter(({ method }) => method === "POST");
    assert.deepEqual(posts.map(({ member }) => member), ["member2"], fault.kind);
  }
});

Deno.test("network: the charm publishes a member that answers, even if the cluster calls it offline", async () => {
  await using lxd = await startStandIn({ members: 3 });
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [first, second] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, [first]);
  await deployment.settle();
  // A cluster reports this for a moment after it lost the leader of the database.
  await onlyMember(lxd).kill();
  for (const { name } of lxd.members) lxd.setMemberStatus(name, "Offline");
  await deployment.updateStatus();
  assert.notDeepEqual(requirer.told().nodes, []);
  for (const { name } of lxd.members.slice(1)) lxd.setMemberStatus(name, "Online");
  requirer.offer(0, [second]);
  await deployment.settle();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 2 nodes, 1 certificate");
  assert.deepEqual(requirer.told().nodes, ["member2", "member3"]);
  assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
});

Deno.test("network: the charm serves a new relation while the credential's member is down", async () => {
  await using lxd = await startStandIn({ members: 3 });
  await using deployment = await deploy(lxd);
  const first = deployment.requirer("first");
  first.offer(0, [await createCertificate()]);
  await deployment.settle();
  await onlyMember(lxd).kill();
  const second = deployment.requirer("second");
  const certificate = await createCertificate();
  second.offer(0, [certificate]);
  // The charm reads the other members from what it published to the other relation.
  await deployment.settle();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 2 nodes, 2 certificates");
  assert.deepEqual(second.told().trusted, [certificate.fingerprint]);
});

Deno.test("network: another client registers the same certificate during a hook", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [first, second] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, [first]);
  await deployment.settle();
  lxd.fault({ method: "POST", times: 1 }, {
    kind: "hook",
    before: () => lxd.trust(second.certificate, { name: "an operator's" }),
  });
  requirer.offer(0, [second]);
  await deployment.settle();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 0 certificates");
  assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
  assert.deepEqual(await deployment.ours(), {});
  const foreign = await deployment.foreign();
  assert.ok(foreign.some(({ name }) => name === "an operator's"));
  requirer.offer(0, []);
  await deployment.settle();
  assert.deepEqual(await deployment.foreign(), foreign);
});

Deno.test("network: another client registers the same certificate for metrics during a hook", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const certificate = await createCertificate();
  lxd.fault({ method: "POST", times: 1 }, {
    kind: "hook",
    before: () => lxd.trust(certificate.certificate, { name: "a scraper's", type: "metrics" }),
  });
  requirer.offer(0, [certificate]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, []);
  await deployment.updateStatus();
  assert.match(requirer.told().rejected[0]?.reason ?? "", /with the type "metrics"$/);
});

Deno.test("network: another client revokes entries during a hook", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => createCertificate()));
  assert.ok(first && second && third);
  requirer.offer(0, [first, second]);
  await deployment.settle();
  lxd.fault({ method: "PATCH", times: 1 }, {
    kind: "hook",
    before: () => lxd.distrust(first.fingerprint),
  });
  lxd.fault({ method: "DELETE", times: 1 }, {
    kind: "hook",
    before: () => lxd.distrust(second.fingerprint),
  });
  requirer.relation.write("my-charm/0", { projects: '["default"]' });
  requirer.offer(0, [first, third]);
  await deployment.settle();
  await deployment.updateStatus();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 1 node, 2 certificates");
  assert.deepEqual(requirer.told().trusted, fingerprintsOf(first, third));
  assert.deepEqual(Object.keys(await deployment.ours()).sort(), fingerprintsOf(first, third));
});

Deno.test("network: the charm is blocked if LXD lets it read but not write", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [first, second] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, [first]);
  await deployment.settle();
  const told = requirer.told();
  lxd.fault({ method: "POST" }, { kind: "status", status: 403 });
  requirer.offer(0, [second]);
  await deployment.settle();
  assert.equal(
    deployment.status(),
    "blocked: Lift the restriction of our certificate " +
      `${deployment.credential.fingerprint.slice(0, 12)} in LXD`,
  );
  assert.deepEqual(await deployment.ours(), { [first.fingerprint]: "1:my-charm-0" });
  assert.deepEqual(requirer.told().rejected, []);
  assert.deepEqual(requirer.told().server, told.server);
  lxd.clear();
  await deployment.updateStatus();
  assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
  assert.deepEqual(await deployment.ours(), { [second.fingerprint]: "1:my-charm-0" });
});

/** Returns the member that the credential names. */
function onlyMember({ members }: LxdWorld): LxdMember {
  const [member] = members;
  assert.ok(member);
  return member;
}

async function accessOf(
  lxd: StandIn,
  { fingerprint }: TestCertificate,
): Promise<readonly unknown[] | undefined> {
  const entry = (await lxd.trustStore()).find((entry) => entry.fingerprint === fingerprint);
  return entry && [entry.restricted, ...entry.projects.toSorted()];
}

/** Waits until nothing listens at a member's address: a listener outlives its member a little. */
async function vacated({ address }: LxdMember): Promise<void> {
  await until(`see ${address} vacated`, VACATE_LIMIT_MS, () => {
    Deno.listen({ hostname: address, port: LXD_PORT }).close();
    return true;
  });
}

/** Settles. A hook that hangs fails the test instead of hanging it. */
async function settleInTime(deployment: Deployment): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new Error(`Cannot settle: a hook takes longer than ${HOOK_LIMIT_MS} ms`);
    timer = setTimeout(() => reject(error), HOOK_LIMIT_MS);
  });
  try {
    await Promise.race([deployment.settle(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function servePlainHttp(address: string): Promise<AsyncDisposable> {
  return await serveTcp(createHttpServer((_request, response) => response.end("hello")), address);
}

async function serveCuts(address: string): Promise<AsyncDisposable> {
  return await serveTcp(createTcpServer((socket) => socket.destroy()), address);
}

async function serveTcp(server: Server, address: string): Promise<AsyncDisposable> {
  server.on("connection", (socket) => socket.on("error", () => {}));
  server.listen(LXD_PORT, address);
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
