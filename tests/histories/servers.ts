/**
 * Servers for histories. Each LXD serves one history after the other.
 *
 * @module
 */
import type { Running } from "../harness/hooks.ts";
import { createLightIdentity } from "../harness/light.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";
import { startLxd } from "../lxd/real.ts";
import { type StandIn, startStandIn } from "../lxd/stand_in.ts";
import type { DialectName } from "../lxd/stand_in_dialect.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { type Certificates, createCertificates } from "./certificates.ts";
import { PROJECTS } from "./items.ts";

/** An LXD, with the certificates of histories. */
export interface Server {
  /** How the charm's hooks run. */
  readonly running: Running;
  /** The LXD. */
  readonly lxd: LxdWorld;
  /** The same LXD if it is a stand-in, else undefined. */
  readonly standIn: StandIn | undefined;
  /** The certificates. */
  readonly certificates: Certificates;
}

/** Servers that end on disposal. */
export interface Servers extends AsyncDisposable {
  readonly servers: readonly Server[];
}

/** Starts stand-ins. Hooks run in this process. */
export async function startServers(
  count: number,
  dialect: DialectName = TESTED_DIALECTS[0],
): Promise<Servers> {
  await using begun = new AsyncDisposableStack();
  const certificates = await createCertificates();
  const identity = await createLightIdentity();
  const servers = await Promise.all(Array.from({ length: count }, async (): Promise<Server> => {
    const lxd = begun.use(await startStandIn({ dialect, identity }));
    await createProjects(lxd);
    return { running: "in process", lxd, standIn: lxd, certificates };
  }));
  const ended = begun.move();
  return { servers, [Symbol.asyncDispose]: () => ended.disposeAsync() };
}

/** Starts a real LXD. The hooks are the built charm's. */
export async function startRealServer(): Promise<Servers> {
  await using begun = new AsyncDisposableStack();
  const lxd = begun.use(await startLxd());
  await createProjects(lxd);
  const certificates = await createCertificates();
  const ended = begun.move();
  return {
    servers: [{ running: "built", lxd, standIn: undefined, certificates }],
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
}

/** Starts LXD if it is down. */
export async function ensureRunning({ members: [member] }: LxdWorld): Promise<void> {
  if (member && !member.running) await member.start();
}

/** Removes all faults, and all entries except Juju's. */
export async function clean({ lxd, certificates, standIn }: Server): Promise<void> {
  standIn?.clear();
  await ensureRunning(lxd);
  for (const { fingerprint } of await lxd.trustStore()) {
    if (fingerprint !== certificates.own.fingerprint) await lxd.distrust(fingerprint);
  }
}

async function createProjects(lxd: LxdWorld): Promise<void> {
  for (const project of PROJECTS) await lxd.createProject(project);
}
