/**
 * Does the same work for many items, on all processors.
 *
 * @module
 */

/**
 * Works on items in parallel, as many at once as there are processors.
 *
 * @param items The items.
 * @param work What to do with each.
 * @returns The results, in the order of the items.
 * @throws What the work throws, once nothing is at work any more.
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
  // No process of a worker outlives the failure of another.
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return results;
}
