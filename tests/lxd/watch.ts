/**
 * Reads the trust store repeatedly during some work.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { LxdWorld } from "./world.ts";

/** The observed states of the trust store. */
export interface Sightings {
  /** Number of reads of the trust store. */
  readonly looks: number;
  /** Names of the trusted certificates each time, without repetitions. */
  readonly sequence: readonly (readonly string[])[];
}

const PAUSE_MS = 5;

/**
 * Watches certificates while some work is done. It reads the trust store once before the work, and
 * once after it.
 *
 * @param lxd The LXD that has the trust store.
 * @param certificates Fingerprints by names.
 * @param work The work.
 */
export async function watch(
  lxd: Pick<LxdWorld, "trustStore">,
  certificates: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<Sightings> {
  const sequence: string[][] = [];
  let looks = 0;
  const look = async () => {
    const store = new Set((await lxd.trustStore()).map(({ fingerprint }) => fingerprint));
    const seen = Object.keys(certificates).filter((name) => store.has(certificates[name] ?? ""));
    if (looks++ === 0 || sequence.at(-1)?.join() !== seen.join()) sequence.push(seen);
  };
  const watching = { ended: false };
  const looking = async () => {
    for (; !watching.ended; await delay(PAUSE_MS)) await look();
  };
  await look();
  const working = work().finally(() => watching.ended = true);
  const [worked, looked] = await Promise.allSettled([working, looking()]);
  if (worked.status === "rejected") throw worked.reason;
  if (looked.status === "rejected") throw looked.reason;
  await look();
  return { looks, sequence };
}
