/**
 * The action `check`.
 *
 * @module
 */
import { createTransport } from "../hook.ts";
import { enterLxd, type Entrance, type Lxd } from "../lxd/client.ts";
import type { Credentials, Pinned } from "../credential/parts.ts";
import type { Transport } from "../lxd/request.ts";
import { PRESENT_LIMIT_MS } from "../lxd/time_limits.ts";
import { outcomeOf } from "../outcome.ts";
import type { Certificate } from "../requirer/certificate.ts";
import { presentedCertificate } from "../requirer/presented.ts";
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
  readonly credentials: Credentials;
  readonly allowed: Projects;
  readonly endpoints: readonly string[];
}

/** LXD as far as the way leads there: pinned, and perhaps entered. */
interface Arrival {
  readonly credentials: Pinned;
  readonly transport: Transport;
  readonly entrance: Entrance;
}

/** Goes the way from Juju to LXD and the relations, step by step, up to the first failure. */
export const check: Action<Readonly<Record<never, never>>> = {
  parameters: {},
  perform: async (setup) => {
    const { hook, tools } = setup;
    const walk = createWalk(hook.clock, tools);
    const found = await walk.step("credential", () => findCredential(hook));
    if (!found) return walk.end();
    const endpoints = await walk.step("endpoint", () => checkEndpoint(hook, found));
    if (!endpoints) return walk.end();
    return await checkLxd(walk, { setup, ...found, endpoints });
  },
};

async function checkLxd(walk: Walk, way: Way): Promise<Ending> {
  const { setup: { hook }, allowed } = way;
  const endpoint = await walk.step("tcp", () => checkTcp(way));
  if (endpoint === undefined) return walk.end();
  const presented = await walk.step("tls", () => checkTls(way, endpoint));
  if (presented === undefined) return walk.end();
  const arrival = await walk.step("pin", () => checkPin(way, { endpoint, presented }));
  if (!arrival) return walk.end();
  const { credentials, transport, entrance } = arrival;
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
  if (!await walk.step("cluster", () => checkCluster(hook, visit, transport))) {
    return walk.end();
  }
  await checkRelations(hook, walk);
  return walk.end();
}

/** Connects to the first endpoint that answers, the credential's first. */
async function checkTcp({ setup: { hook, surroundings }, endpoints }: Way): Promise<Taken<string>> {
  const silent: string[] = [];
  for (const endpoint of endpoints) {
    const cause = await reach(endpoint, surroundings.clock.timeout(PRESENT_LIMIT_MS));
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

async function checkTls(
  { setup: { surroundings } }: Way,
  endpoint: string,
): Promise<Taken<Certificate>> {
  const signal = surroundings.clock.timeout(PRESENT_LIMIT_MS);
  const presented = await presentedCertificate(endpoint, signal).catch(() => undefined);
  const reason = `No TLS at ${endpoint}: set the endpoint to the address and port of LXD`;
  return presented
    ? { kind: "ok", detail: `${endpoint} presents ${presented.fingerprint}`, value: presented }
    : { kind: "failed", reason };
}

/** Sends the first request: only the pinned server gets one. */
async function checkPin(
  { setup: { hook, surroundings, connections }, credentials: found }: Way,
  { endpoint, presented }: { readonly endpoint: string; readonly presented: Certificate },
): Promise<Taken<Arrival>> {
  const { server } = found;
  const credentials = { ...found, server: server.pem === undefined ? presented : server };
  const transport = createTransport(surroundings, connections, credentials);
  const known = () => Promise.resolve([]);
  const { fingerprint } = presented;
  const entrance: Entrance = fingerprint === server.fingerprint
    ? await enterLxd(transport, { credential: endpoint, known })
    : { kind: "failed", endpoint, failure: { kind: "other-server", presented: fingerprint } };
  if (entrance.kind === "failed" && entrance.failure.kind === "other-server") {
    const attempt = { ...credentials, endpoint, now: hook.now };
    const reason = describeFailure(outcomeOf(entrance.failure, attempt), hook);
    return { kind: "failed", reason };
  }
  return {
    kind: "ok",
    detail: `it is the pinned certificate ${server.fingerprint}`,
    value: { credentials, transport, entrance },
  };
}
