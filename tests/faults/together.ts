/**
 * Does much work at the same time.
 *
 * @module
 */
import { limit } from "../../lib/async/limit.ts";

/** Does work when there is room for it. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a gate that lets so much work through at the same time. */
export function createGate(maximum: number): Gate {
  const enter = limit(maximum, (work: () => Promise<unknown>) => work());
  return <T>(work: () => Promise<T>) => enter(work) as Promise<T>;
}

/**
 * Does work on all items, even if some of it fails.
 *
 * @param items The items.
 * @param nameOf Names an item.
 * @param work The work.
 * @throws {Error} If any failed: with the names of all that did, and the error of the first one.
 */
export async function together<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(items.map(work));
  const failed = items.flatMap((item, index) => {
    const result = results[index];
    return result?.status === "rejected" ? [{ name: nameOf(item), cause: result.reason }] : [];
  });
  if (failed.length === 0) return;
  const names = failed.map(({ name }) => name).join("\n");
  throw new Error(`${failed.length} of ${items.length} failed:\n${names}`, {
    cause: failed[0]?.cause,
  });
}
