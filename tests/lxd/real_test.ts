import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { dirname } from "node:path/posix";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { waitForMember } from "./administration.ts";
import { authOf, createClient, presentedFingerprint } from "./client.ts";
import { createDaemon } from "./daemon.ts";
import { ensureLxd } from "./ensure_lxd.ts";
import { startCluster, startLxd } from "./real.ts";
import type { LxdMember, LxdWorld } from "./world.ts";

Deno.test("startLxd() starts a server, and its disposal leaves no process, mount or file", async () => {
  let directory: string;
  {
    await using lxd = await startLxd();
    directory = lxd.daemons[0]?.directory ?? "";
    equal((await processesOf(directory)).length, 1);
    equal(await presentedFingerprint(first(lxd).endpoint), fingerprintOf(lxd.serverCertificate));
    deepEqual(await lxd.trustStore(), []);
  }
  await assertNothingLeft(directory);
});

Deno.test("startCluster() starts a cluster, and its disposal leaves nothing in any state of its members", async () => {
  let directories: readonly string[];
  {
    await using cluster = await startCluster();
    directories = cluster.daemons.map(({ directory }) => directory);
    deepEqual(cluster.members.map(({ name }) => name), ["member1", "member2", "member3"]);
    await cluster.members[1]?.kill();
    await cluster.members[2]?.pause();
  }
  for (const directory of directories) await assertNothingLeft(directory);
});

Deno.test("startLxd() leaves nothing if the start fails", async () => {
  const certificate = `no certificate ${crypto.randomUUID()}`;
  const identity = { certificate, key: "no key" };
  await rejects(startLxd({ identity }), /^Error: Cannot start LXD: it ended/);
  const root = dirname(await makeTemporaryFolder({ isShort: true }));
  for await (const { name } of Deno.readDir(root)) {
    // Other tests have processes, too, which may end meanwhile.
    const found = await Deno.readTextFile(`${root}/${name}/server.crt`).catch(() => "");
    notEqual(found, certificate);
  }
});

Deno.test("disposal removes a daemon that never started", async () => {
  let directory: string;
  {
    await using daemon = await createDaemon();
    directory = daemon.directory;
    equal(daemon.pid(), undefined);
  }
  await assertNothingLeft(directory);
});

Deno.test("startLxd() presents the given certificate", async () => {
  const identity = await createCertificate({ commonName: "nameless", key: "p384" });
  await using lxd = await startLxd({ identity });
  equal(await presentedFingerprint(first(lxd).endpoint), identity.fingerprint);
});

Deno.test("a member keeps its trust store over stop, kill and start", async () => {
  await using lxd = await startLxd();
  const member = first(lxd);
  const { certificate, key } = await createCertificate();
  await lxd.trust(certificate, { name: "kept" });
  for (const end of [member.stop, member.kill]) {
    await end();
    ok(!member.running);
    await rejects(authOf(member.endpoint, { certificate, key }, lxd.serverCertificate), {
      code: "ECONNREFUSED",
    });
    await member.start();
    ok(member.running);
    equal(await authOf(member.endpoint, { certificate, key }, lxd.serverCertificate), "trusted");
  }
});

Deno.test("a paused member accepts connections and sends nothing", async () => {
  await using lxd = await startLxd();
  const member = first(lxd);
  const { serverCertificate } = lxd;
  const { endpoint } = member;
  await member.pause();
  const impatient = createClient({ endpoint, serverCertificate, signal: AbortSignal.timeout(300) });
  await rejects(impatient("GET", "/1.0"), { code: "ABORT_ERR" });
  await member.resume();
  const patient = createClient({ endpoint, serverCertificate });
  equal((await patient("GET", "/1.0")).status, 200);
});

Deno.test("the administrator changes the trust store behind the client's back", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("mine");
  const { certificate, fingerprint } = await createCertificate();
  await lxd.trust(certificate, { name: "one" });
  await lxd.amend(fingerprint, { name: "two", restricted: true, projects: ["mine"] });
  const entry = { type: "client", restricted: true, certificate, fingerprint };
  deepEqual(await lxd.trustStore(), [{ ...entry, name: "two", projects: ["mine"] }]);
  await lxd.deleteProject("mine");
  deepEqual(await lxd.trustStore(), [{ ...entry, name: "two", projects: [] }]);
  await lxd.distrust(fingerprint);
  deepEqual(await lxd.trustStore(), []);
  await rejects(lxd.distrust(fingerprint), /404 Certificate not found/);
});

Deno.test("two servers have different addresses", async () => {
  await using one = await startLxd();
  await using two = await startLxd();
  notEqual(first(one).address, first(two).address);
  equal(new URL(first(two).endpoint).port, "8443");
});

Deno.test("a killed member is soon Offline, and Online again once it runs", async () => {
  await using cluster = await startCluster();
  const third = cluster.members[2];
  await third?.kill();
  await waitForMember(cluster, "member3", "Offline");
  await third?.start();
  await waitForMember(cluster, "member3", "Online");
});

Deno.test("startCluster() names LXD's smallest threshold if the option is smaller", async () => {
  await rejects(startCluster({ members: 1, offlineThresholdSeconds: 10 }), /greater than '10'/);
});

Deno.test("ensureLxd() does nothing if LXD is installed", async () => {
  await ensureLxd();
});

function first(world: LxdWorld): LxdMember {
  const [member] = world.members;
  ok(member !== undefined);
  return member;
}

async function assertNothingLeft(directory: string): Promise<void> {
  deepEqual(await processesOf(directory), []);
  ok(!(await Deno.readTextFile("/proc/mounts")).includes(directory));
  await rejects(Deno.stat(directory), Deno.errors.NotFound);
}

/** Ids of the processes whose LXD_DIR is the directory. */
async function processesOf(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end while this function reads about it.
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.split("\0").includes(`LXD_DIR=${directory}`)) found.push(name);
  }
  return found;
}
