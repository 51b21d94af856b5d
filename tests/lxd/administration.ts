/**
 * The work of an administrator, as requests. They are the same for a real LXD and a stand-in.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { fingerprintOf, type TestCertificate } from "../certificates.ts";
import { presentedFingerprint } from "./client.ts";
import type { LxdReply, LxdRequest, LxdWorld, MemberStatus, TrustEntry } from "./world.ts";

/** How long tests wait for a state, in milliseconds: longer than it takes on a busy machine. */
export const LIMIT_MS = 180_000;

type Administration = Pick<
  LxdWorld,
  | "trustStore"
  | "trust"
  | "distrust"
  | "amend"
  | "createProject"
  | "deleteProject"
>;

/** Makes the administrative functions of an LXD from its requests. */
export function administration(admin: LxdRequest): Administration {
  return {
    async trustStore() {
      const { metadata } = await succeed(admin, ["GET", "/1.0/certificates?recursion=1"]);
      const entries: TrustEntry[] = metadata ?? [];
      return entries
        .map((entry) => ({ ...entry, projects: entry.projects ?? [] }))
        .sort((a, b) => a.fingerprint < b.fingerprint ? -1 : 1);
    },
    async trust(certificate, options = {}) {
      const { name = "", type = "client", restricted = false, projects = [] } = options;
      const der = new X509Certificate(certificate).raw.toString("base64");
      const body = { name, type, restricted, projects, certificate: der };
      await succeed(admin, ["POST", "/1.0/certificates", body]);
    },
    async distrust(fingerprint) {
      await succeed(admin, ["DELETE", `/1.0/certificates/${fingerprint}`]);
    },
    async amend(fingerprint, patch) {
      await succeed(admin, ["PATCH", `/1.0/certificates/${fingerprint}`, patch]);
    },
    async createProject(name) {
      await succeed(admin, ["POST", "/1.0/projects", {
        name,
        config: {},
        description: "",
      }]);
    },
    async deleteProject(name) {
      await succeed(admin, ["DELETE", `/1.0/projects/${encodeURIComponent(name)}`]);
    },
  };
}

/**
 * Sends a request and waits for the background operation that it may start.
 *
 * @throws {Error} if LXD refuses it or the operation fails.
 */
export async function succeed(
  request: LxdRequest,
  [method, path, body]: Parameters<LxdRequest>,
): Promise<NonNullable<LxdReply["body"]>> {
  const reply = await request(method, path, body);
  if (reply.status >= 400 || reply.body === undefined) {
    throw new Error(
      `Cannot ${method} ${path}: ${reply.status} ${reply.body?.error ?? ""}`,
    );
  }
  if (reply.body.type !== "async" || method === "GET") return reply.body;
  const [operation = ""] = reply.body.operation?.split("?") ?? [];
  const done = await request("GET", `${operation}/wait?timeout=60`);
  const ended = done.body?.metadata;
  if (done.status >= 400 || ended?.status !== "Success") {
    throw new Error(
      `Cannot ${method} ${path}: ${ended?.err || done.body?.error || ended?.status}`,
    );
  }
  return reply.body;
}

/** Turns a standalone server into a cluster of one, which gives it another certificate. */
export async function enableClustering(
  world: LxdWorld,
  serverName = "member1",
): Promise<void> {
  const before = world.serverCertificate;
  await succeed(world.admin, ["PUT", "/1.0/cluster", {
    server_name: serverName,
    enabled: true,
  }]);
  await until("enable clustering", LIMIT_MS, async () => {
    return world.serverCertificate !== before &&
      await allPresent(world, world.serverCertificate);
  });
}

/** Gives a cluster another server certificate, and waits until its running members present it. */
export async function replaceServerCertificate(
  world: LxdWorld,
  { certificate, key }: Pick<TestCertificate, "certificate" | "key">,
): Promise<void> {
  await succeed(world.admin, ["PUT", "/1.0/cluster/certificate", {
    cluster_certificate: certificate,
    cluster_certificate_key: key,
  }]);
  await until("replace the server certificate", LIMIT_MS, () => {
    return allPresent(world, certificate);
  });
}

/** Waits until the cluster reports a status for a member. @throws {Error} after three minutes. */
export async function waitForMember(
  world: LxdWorld,
  name: string,
  status: MemberStatus,
): Promise<void> {
  await until(`see ${name} ${status}`, LIMIT_MS, async () => {
    const reply = await world.admin("GET", "/1.0/cluster/members?recursion=1");
    const members: { server_name: string; status: string }[] = reply.body?.metadata ?? [];
    return members.some((member) => member.server_name === name && member.status === status);
  });
}

/** Creates a storage pool of plain directories, on each member of a cluster. */
export async function createStoragePool(world: LxdWorld, name: string): Promise<void> {
  const { metadata } = await succeed(world.admin, ["GET", "/1.0"]);
  const pool = { name, driver: "dir" };
  for (const member of metadata.environment.server_clustered ? world.members : []) {
    await succeed(world.admin, ["POST", `/1.0/storage-pools?target=${member.name}`, pool]);
  }
  await succeed(world.admin, ["POST", "/1.0/storage-pools", pool]);
}

/**
 * Polls until the condition holds.
 *
 * @throws {Error} "Cannot <what>" after `timeoutMs`, with the condition's last error as cause.
 */
export async function until(
  what: string,
  timeoutMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      if (await condition()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(POLL_MS);
  }
  throw new Error(`Cannot ${what}: not so within ${timeoutMs} ms`, { cause });
}

const POLL_MS = 25;

async function allPresent(
  world: LxdWorld,
  certificate: string,
): Promise<boolean> {
  const running = world.members.filter((member) => member.running);
  const presented = await Promise.all(
    running.map((one) => presentedFingerprint(one.endpoint)),
  );
  return [...presented, fingerprintOf(world.serverCertificate)]
    .every((fingerprint) => fingerprint === fingerprintOf(certificate));
}
