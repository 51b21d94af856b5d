/**
 * Runs work concurrently.
 *
 * @module
 */
import { limit } from "../../lib/async/limit.ts";

/** Runs work once fewer than the maximum of others run. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a gate for a maximum number of concurrent works. */
export function createGate(maximum: number): Gate {
  const enter = limit(maximum, (work: () => Promise<unknown>) => work());
  return <T>(work: () => Promise<T>) => enter(work) as Promise<T>;
}

/**
 * Runs work on all items, even if some of it fails.
 *
 * @param nameOf Returns the name of an item.
 * @throws {Error} If any failed. The message names all failed items, and the cause is the first
 * error.
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
