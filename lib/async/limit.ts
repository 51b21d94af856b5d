/**
 * Keeps many calls from running all at once.
 *
 * @module
 */

/**
 * Limits how many calls of a function run at the same time; the others wait for their turn.
 *
 * @example Two at a time
 * ```ts
 * import assert from "node:assert/strict";
 * let running = 0;
 * const limited = limit(2, async () => {
 *   assert.ok(++running <= 2);
 *   await Promise.resolve();
 *   running--;
 * });
 * await Promise.all([limited(), limited(), limited()]);
 * ```
 *
 * @returns The limited function.
 */
export function limit<A extends readonly unknown[], T>(
  maximum: number,
  call: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = maximum;
  return async (...args) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await call(...args);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
