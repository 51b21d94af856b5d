/**
 * Stages for histories: the charm, and an LXD that trusts Juju.
 *
 * @module
 */
import { startLxd } from "../lxd/real.ts";
import { PLAYED_DIALECTS } from "../lxd/played_dialects.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import type { DialectName } from "../lxd/stand_in_dialect.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { CHARM } from "../harness/charm.ts";
import { PROJECTS } from "./history.ts";
import type { Stage } from "./history_world.ts";
import { runInProcess } from "../harness/in_process.ts";
import { createLeanCharm } from "../harness/lean_charm.ts";
import { createPool, type Pool } from "./pool.ts";

/** Stages that are removed on disposal. */
export interface Stages extends AsyncDisposable {
  readonly stages: readonly Stage[];
}

/** Prepares stages where hooks run in this process and LXD is a stand-in. */
export async function openStages(
  count: number,
  dialect: DialectName = PLAYED_DIALECTS[0],
): Promise<Stages> {
  await using begun = new AsyncDisposableStack();
  const charm = begun.use(await createLeanCharm());
  const pool = await createPool();
  const stages = await Promise.all(Array.from({ length: count }, async () => {
    const lxd = begun.use(await startStandIn({ dialect }));
    await prepare(lxd, pool);
    return { charm: charm.path, run: runInProcess, lxd, standIn: lxd, pool };
  }));
  const ended = begun.move();
  return { stages, [Symbol.asyncDispose]: () => ended.disposeAsync() };
}

/** Prepares a stage with the built charm, whose hooks are processes, and a real LXD. */
export async function openRealStage(): Promise<Stages> {
  await using begun = new AsyncDisposableStack();
  const lxd = begun.use(await startLxd());
  const pool = await createPool();
  await prepare(lxd, pool);
  const ended = begun.move();
  return {
    stages: [{ charm: CHARM, run: undefined, lxd, standIn: undefined, pool }],
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
}

/** Starts LXD where it is down. */
export async function ensureRunning({ members: [member] }: LxdWorld): Promise<void> {
  if (member && !member.running) await member.start();
}

/** Leaves nothing for the next to stumble upon. */
export async function clean({ lxd, pool, standIn }: Stage): Promise<void> {
  standIn?.clear();
  await ensureRunning(lxd);
  for (const { fingerprint } of await lxd.trustStore()) {
    if (fingerprint !== pool.own.fingerprint) await lxd.distrust(fingerprint);
  }
}

/** Lets LXD trust Juju, and have the projects. */
export async function prepare(lxd: LxdWorld, pool: Pool): Promise<void> {
  await lxd.trust(pool.own.certificate, { name: "juju" });
  for (const project of PROJECTS) await lxd.createProject(project);
}
