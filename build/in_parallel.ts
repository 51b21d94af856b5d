/**
 * Work on many items, on all processors.
 *
 * @module
 */

/**
 * Works on items in parallel, on as many at the same time as there are processors.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await inParallel([1, 2], (item) => Promise.resolve(2 * item)), [2, 4]);
 * ```
 *
 * @param items The items.
 * @param work Works on one item.
 * @returns The results, in the order of the items.
 * @throws The error of the work, once all work has ended.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  const workers = Array.from({ length: navigator.hardwareConcurrency }, worker);
  // The failure of a worker must not leave processes of other workers behind.
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return results;
}
