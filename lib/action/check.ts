/**
 * The action `check`.
 *
 * @module
 */
import { createTransport } from "../hook.ts";
import { enterLxd, type Entrance, type Lxd } from "../lxd/client.ts";
import type { Transport } from "../lxd/request.ts";
import { PRESENT_LIMIT_MS } from "../lxd/time_limits.ts";
import { outcomeOf } from "../outcome.ts";
import type { Projects } from "../trust/projects.ts";
import { checkCluster, checkManage, checkProjects } from "./check_lxd.ts";
import { checkEndpoint, checkRelations, findCredential } from "./check_juju.ts";
import { describeFailure } from "./failure.ts";
import { reach } from "./reach.ts";
import type { Action, Ending, Setup } from "./run.ts";
import type { Visit } from "./visit.ts";
import { createWalk, type Taken, type Walk } from "./walk.ts";

/** Where LXD is, and how to enter it. */
interface Way {
  readonly setup: Setup;
  readonly credentials: Visit["credentials"];
  readonly allowed: Projects;
  readonly endpoints: readonly string[];
  readonly transport: Transport;
}

/** Goes the way from Juju to LXD and the relations, step by step, up to the first failure. */
export const check: Action<Readonly<Record<never, never>>> = {
  parameters: {},
  perform: async (setup) => {
    const { hook, surroundings, connections, tools } = setup;
    const walk = createWalk(hook.clock, tools);
    const found = await walk.step("credential", () => findCredential(hook));
    if (!found) return walk.end();
    const endpoints = await walk.step("endpoint", () => checkEndpoint(hook, found));
    if (!endpoints) return walk.end();
    const transport = createTransport(surroundings, connections, found.credentials);
    return await checkLxd(walk, { setup, ...found, endpoints, transport });
  },
};

async function checkLxd(walk: Walk, way: Way): Promise<Ending> {
  const { setup: { hook }, credentials, allowed } = way;
  const endpoint = await walk.step("tcp", () => checkTcp(way));
  if (endpoint === undefined) return walk.end();
  const presented = await walk.step("tls", () => checkTls(way, endpoint));
  if (presented === undefined) return walk.end();
  const entrance = await walk.step("pin", () => checkPin(way, { endpoint, presented }));
  if (!entrance) return walk.end();
  const attempt = { ...credentials, endpoint, now: hook.now };
  const lxd = await walk.step("trusted", async (): Promise<Taken<Lxd>> => {
    await Promise.resolve();
    if (entrance.kind === "entered") {
      const { lxd } = entrance;
      return { kind: "ok", detail: `LXD ${lxd.version} trusts our certificate`, value: lxd };
    }
    const reason = describeFailure(outcomeOf(entrance.failure, attempt), hook);
    return { kind: "failed", reason };
  });
  if (!lxd) return walk.end();
  const visit: Visit = { kind: "visit", lxd, credentials, attempt };
  if (!await walk.step("manage", () => checkManage(hook, visit))) return walk.end();
  if (!await walk.step("projects", () => checkProjects(hook, visit, allowed))) return walk.end();
  if (!await walk.step("cluster", () => checkCluster(hook, visit, way.transport))) {
    return walk.end();
  }
  await checkRelations(hook, walk);
  return walk.end();
}

/** Connects to the first endpoint that answers, the credential's first. */
async function checkTcp({ setup: { hook }, endpoints, transport }: Way): Promise<Taken<string>> {
  const silent: string[] = [];
  for (const endpoint of endpoints) {
    const cause = await reach(endpoint, transport.clock.timeout(PRESENT_LIMIT_MS));
    if (cause === undefined) {
      const before = silent.length > 0 ? `, after ${silent.join(", ")}` : "";
      return { kind: "ok", detail: `connected to ${endpoint}${before}`, value: endpoint };
    }
    silent.push(`${endpoint}: ${cause}`);
  }
  const remedy =
    `start LXD there, set its core.https_address, or open the way to it from ${hook.unit}`;
  return { kind: "failed", reason: `No connection to ${silent.join(", ")}; ${remedy}` };
}

async function checkTls({ transport }: Way, endpoint: string) {
  const presented = await transport.presented(endpoint, transport.clock.timeout(PRESENT_LIMIT_MS));
  const reason = `No TLS at ${endpoint}: set the endpoint to the address and port of LXD`;
  return presented === undefined
    ? { kind: "failed", reason } as const
    : { kind: "ok", detail: `${endpoint} presents ${presented}`, value: presented } as const;
}

/** Sends the first request: only the pinned server gets one. */
async function checkPin(
  { setup: { hook }, credentials, transport }: Way,
  { endpoint, presented }: { readonly endpoint: string; readonly presented: string },
): Promise<Taken<Entrance>> {
  const { server } = credentials;
  const known = () => Promise.resolve([]);
  const entrance: Entrance = presented === server.fingerprint
    ? await enterLxd(transport, { credential: endpoint, known })
    : { kind: "failed", endpoint, failure: { kind: "other-server", presented } };
  if (entrance.kind === "failed" && entrance.failure.kind === "other-server") {
    const attempt = { ...credentials, endpoint, now: hook.now };
    const reason = describeFailure(outcomeOf(entrance.failure, attempt), hook);
    return { kind: "failed", reason };
  }
  return {
    kind: "ok",
    detail: `it is the pinned certificate ${server.fingerprint}`,
    value: entrance,
  };
}
