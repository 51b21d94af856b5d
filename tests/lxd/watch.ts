/**
 * Looks at the trust store again and again while something else happens.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { LxdWorld } from "./world.ts";

/** What was seen. */
export interface Sightings {
  /** How often it was looked. */
  readonly looks: number;
  /** Which of the certificates were trusted, in their order and without repetitions. */
  readonly sequence: readonly (readonly string[])[];
}

const PAUSE_MS = 5;

/**
 * Watches certificates until the work is done, and looks once before it and once after.
 *
 * @param lxd Whose trust store.
 * @param certificates Fingerprints by what they are called.
 * @param work What happens meanwhile.
 * @returns What was seen.
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
