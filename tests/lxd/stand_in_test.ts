import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createCertificate } from "../certificates.ts";
import { createClient } from "./client.ts";
import { type StandIn, type StandInOptions, startStandIn } from "./stand_in.ts";
import type { Fault } from "./stand_in_faults.ts";
import { LIMIT_MS, until, waitForMember } from "./administration.ts";
import type { LxdRequest } from "./world.ts";

/** How long a test waits for a server that must send nothing. */
const SILENCE_MS = 200;
const CERTIFICATES = "/1.0/certificates";

Deno.test("dialects after 5.0.2 report the client's name", async () => {
  for (const dialect of ["5.0.2", "5.21.7", "6.10"] as const) {
    await using world = await start({ dialect });
    const { metadata } = (await world.client("GET", "/1.0")).body ?? {};
    const expected = dialect === "5.0.2" ? undefined : world.fingerprint;
    equal(metadata.auth_user_name, expected);
    // The recorded snapshot of 6.10 reports 6.9.
    equal(metadata.environment.server_version, dialect.replace("6.10", "6.9"));
  }
});

Deno.test("dialect 6.10 answers the untrusted with configuration", async () => {
  await using world = await start({ dialect: "6.10" });
  await world.standIn.admin("PATCH", "/1.0", { config: { "user.microcloud": "2.1.0" } });
  await world.standIn.distrust(world.fingerprint);
  const { metadata } = (await world.client("GET", "/1.0")).body ?? {};
  equal(metadata.auth, "untrusted");
  deepEqual(Object.keys(metadata.config), ["user.microcloud"]);
});

Deno.test("dialects after 5.0.2 refuse names with a slash or a leading dash on POST only", async () => {
  for (const dialect of ["5.21.7", "6.10"] as const) {
    await using world = await start({ dialect });
    const { der, fingerprint } = await createCertificate();
    const body = { type: "client", certificate: der };
    for (const name of ["a/b", "-a"]) {
      equal((await world.client("POST", CERTIFICATES, { ...body, name })).status, 400);
    }
    equal((await world.client("POST", CERTIFICATES, { ...body, name: "a@b:1" })).status, 201);
    const url = `${CERTIFICATES}/${fingerprint}`;
    equal((await world.client("PATCH", url, { name: "a/b" })).status, 200);
  }
});

Deno.test("dialects after 5.0.2 write null for an empty list of URLs", async () => {
  await using world = await startStandIn({ dialect: "6.10" });
  equal((await world.admin("GET", CERTIFICATES)).body?.metadata, null);
  deepEqual((await world.admin("GET", `${CERTIFICATES}?recursion=1`)).body?.metadata, []);
});

Deno.test("dialects after 5.0.2 show a restricted client its own entry only", async () => {
  await using world = await start({ dialect: "5.21.7" });
  await world.standIn.trust((await createCertificate()).certificate);
  await world.standIn.amend(world.fingerprint, { restricted: true });
  const { metadata } = (await world.client("GET", CERTIFICATES)).body ?? {};
  deepEqual(metadata, [`${CERTIFICATES}/${world.fingerprint}`]);
  equal((await world.client("DELETE", `${CERTIFICATES}/${world.fingerprint}`)).status, 200);
});

Deno.test("dialect 6.10 refuses projects without restriction", async () => {
  await using world = await start({ dialect: "6.10" });
  const { der } = await createCertificate();
  const body = { type: "client", certificate: der, projects: ["default"] };
  equal((await world.client("POST", CERTIFICATES, body)).status, 400);
  equal((await world.client("POST", CERTIFICATES, { ...body, restricted: true })).status, 201);
});

Deno.test("dialects after 5.0.2 keep the members' entries", async () => {
  for (const [dialect, status] of [["5.0.2", 200], ["5.21.7", 400], ["6.10", 400]] as const) {
    await using world = await start({ dialect, members: 2 });
    const store = await world.standIn.trustStore();
    const server = store.find(({ type }) => type === "server");
    const reply = await world.client("DELETE", `${CERTIFICATES}/${server?.fingerprint}`);
    equal(reply.status, status);
  }
});

Deno.test("the log holds the requests of clients, until clear()", async () => {
  await using world = await start({});
  await world.client("GET", `${CERTIFICATES}?recursion=1`);
  await world.client("PATCH", `${CERTIFICATES}/${world.fingerprint}`, { name: "new" });
  const common = { member: "member1", fingerprint: world.fingerprint };
  deepEqual(world.standIn.requests, [
    { ...common, method: "GET", path: `${CERTIFICATES}?recursion=1`, body: undefined },
    {
      ...common,
      method: "PATCH",
      path: `${CERTIFICATES}/${world.fingerprint}`,
      body: { name: "new" },
    },
  ]);
  world.standIn.clear();
  deepEqual(world.standIn.requests, []);
  equal((await world.standIn.trustStore())[0]?.name, "new");
});

Deno.test("a fault applies to matching requests, for the given number of times", async () => {
  await using world = await start({});
  const match = { method: "GET", path: /recursion=1$/, nth: 2, times: 2 };
  world.standIn.fault(match, { kind: "status", status: 503 });
  const statuses: number[] = [];
  for (let count = 0; count < 5; count++) {
    equal((await world.client("GET", CERTIFICATES)).status, 200);
    statuses.push((await world.client("GET", `${CERTIFICATES}?recursion=1`)).status);
  }
  deepEqual(statuses, [200, 503, 503, 200, 200]);
});

Deno.test("clear() ends a fault", async () => {
  await using world = await start({});
  world.standIn.fault({}, { kind: "reset" });
  await rejects(world.client("GET", "/1.0"), { code: "ECONNRESET" });
  world.standIn.clear();
  equal((await world.client("GET", "/1.0")).status, 200);
});

Deno.test("fault status answers with LXD's error body and does not act", async () => {
  for (const status of [403, 404, 409, 412, 500, 503]) {
    await using world = await start({});
    const reply = await postWithFault(world, { kind: "status", status });
    equal(reply.status, status);
    equal(reply.body?.type, "error");
    equal(reply.body?.error_code, status);
    ok(reply.body?.error);
    equal((await world.standIn.trustStore()).length, 1);
  }
});

Deno.test("faults reset and act-then-reset cut before the answer, the latter after acting", async () => {
  for (const [kind, entries] of [["reset", 1], ["act-then-reset", 2]] as const) {
    await using world = await start({});
    await rejects(postWithFault(world, { kind }), {
      code: "ECONNRESET",
      message: "socket hang up",
    });
    equal((await world.standIn.trustStore()).length, entries);
  }
});

Deno.test("fault crash refuses connections until the member is started", async () => {
  await using world = await start({});
  await rejects(postWithFault(world, { kind: "crash" }), { code: "ECONNRESET" });
  await rejects(world.client("GET", "/1.0"), { code: "ECONNREFUSED" });
  await world.standIn.members[0]?.start();
  equal((await world.client("GET", "/1.0")).status, 200);
});

Deno.test("fault malformed answers with a body that is not JSON, after acting", async () => {
  await using world = await start({});
  const reply = await postWithFault(world, { kind: "malformed" });
  equal(reply.status, 201);
  equal(reply.body, undefined);
  equal((await world.standIn.trustStore()).length, 2);
});

Deno.test("fault truncated cuts in the middle of the body, after acting", async () => {
  await using world = await start({});
  await rejects(postWithFault(world, { kind: "truncated" }), {
    code: "ECONNRESET",
    message: "aborted",
  });
  equal((await world.standIn.trustStore()).length, 2);
});

Deno.test("fault delay acts later", async () => {
  await using world = await start({});
  const begin = performance.now();
  const reply = await postWithFault(world, { kind: "delay", ms: 150 });
  ok(performance.now() - begin >= 145);
  equal(reply.status, 201);
});

Deno.test("fault silent never answers", async () => {
  const aborter = new AbortController();
  await using world = await start({}, aborter.signal);
  const asked = rejects(postWithFault(world, { kind: "silent" }), { code: "ABORT_ERR" });
  await until("see the request", LIMIT_MS, () => world.standIn.requests.length > 0);
  await delay(SILENCE_MS);
  aborter.abort();
  await asked;
  equal((await world.standIn.trustStore()).length, 1);
});

Deno.test("disposal ends delays and silence", async () => {
  const world = await start({});
  world.standIn.fault({ method: "GET" }, { kind: "delay", ms: 60_000 });
  world.standIn.fault({ method: "PUT" }, { kind: "silent" });
  const cut = Promise.all([
    rejects(world.client("GET", "/1.0"), { code: "ECONNRESET" }),
    rejects(world.client("PUT", "/1.0", {}), { code: "ECONNRESET" }),
  ]);
  await until("see both requests", LIMIT_MS, () => world.standIn.requests.length === 2);
  await world[Symbol.asyncDispose]();
  await cut;
});

Deno.test("fault hook runs before the server acts and after it, before the answer", async () => {
  await using world = await start({});
  const steps: string[] = [];
  const count = async () => (await world.standIn.trustStore()).length;
  world.standIn.fault({ method: "POST" }, {
    kind: "hook",
    before: async ({ path }) => void steps.push(`before ${path} ${await count()}`),
    after: async ({ path }) => void steps.push(`after ${path} ${await count()}`),
  });
  await postWithFault(world, { kind: "delay", ms: 1 });
  steps.push("answered");
  deepEqual(steps, [`before ${CERTIFICATES} 1`, `after ${CERTIFICATES} 2`, "answered"]);
});

Deno.test("a fault can apply to one member", async () => {
  await using world = await start({ members: 3 });
  world.standIn.fault({ member: "member1" }, { kind: "status", status: 500 });
  const statuses = await Promise.all(world.clients.map(async (ask) => {
    return (await ask("GET", "/1.0")).status;
  }));
  deepEqual(statuses, [500, 200, 200]);
});

Deno.test("setMemberStatus() sets a member's status", async () => {
  await using world = await start({ members: 3 });
  world.standIn.setMemberStatus("member2", "Blocked");
  await world.standIn.members[2]?.kill();
  await waitForMember(world.standIn, "member3", "Offline");
  const reply = await world.client("GET", "/1.0/cluster/members?recursion=1");
  deepEqual(
    reply.body?.metadata.map((member: { status: string }) => member.status),
    ["Online", "Blocked", "Offline"],
  );
  await rejects(world.clients[2]?.("GET", "/1.0") ?? Promise.resolve(), { code: "ECONNREFUSED" });
  await world.standIn.members[2]?.start();
  await waitForMember(world.standIn, "member3", "Online");
});

Deno.test("a paused stand-in accepts connections and sends nothing", async () => {
  await using standIn = await startStandIn();
  const [member] = standIn.members;
  ok(member !== undefined);
  const { endpoint } = member;
  const { serverCertificate } = standIn;
  await member.pause();
  const signal = AbortSignal.timeout(SILENCE_MS);
  const impatient = createClient({ endpoint, serverCertificate, signal });
  await rejects(impatient("GET", "/1.0"), { code: "ABORT_ERR" });
  await member.resume();
  equal((await createClient({ endpoint, serverCertificate })("GET", "/1.0")).status, 200);
});

Deno.test("the stand-in presents the given identity", async () => {
  const identity = await createCertificate({ commonName: "nameless" });
  await using standIn = await startStandIn({ identity });
  match(standIn.serverCertificate, /BEGIN CERTIFICATE/);
  equal(standIn.serverCertificate, identity.certificate);
});

interface World extends AsyncDisposable {
  readonly standIn: StandIn;
  readonly fingerprint: string;
  readonly client: LxdRequest;
  readonly clients: readonly LxdRequest[];
}

/** A stand-in with one trusted client. */
async function start(options: StandInOptions, signal?: AbortSignal): Promise<World> {
  const standIn = await startStandIn(options);
  const { certificate, key, fingerprint } = await createCertificate();
  await standIn.trust(certificate, { name: "client" });
  const { serverCertificate } = standIn;
  const [client, ...others] = standIn.members.map(({ endpoint }) =>
    createClient({ endpoint, serverCertificate, certificate, key, ...(signal && { signal }) })
  );
  ok(client !== undefined);
  return {
    standIn,
    fingerprint,
    client,
    clients: [client, ...others],
    [Symbol.asyncDispose]: () => standIn[Symbol.asyncDispose](),
  };
}

/** Adds a certificate while a fault is in force. */
async function postWithFault({ standIn, client }: World, fault: Fault) {
  standIn.fault({ method: "POST" }, fault);
  const { der } = await createCertificate();
  return await client("POST", CERTIFICATES, { type: "client", certificate: der });
}
