/**
 * A promise that is settled from outside.
 *
 * @module
 */

/** A promise, with what settles it. */
export interface Resolvers<T> {
  /** The promise. */
  readonly promise: Promise<T>;
  /** Fulfils it. */
  readonly resolve: (value: T) => void;
  /** Rejects it. */
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes a promise that is settled from outside: `Promise.withResolvers()`, which Node has from 22 on
 * only, and the requirer's library runs on 20 as well.
 *
 * @returns The promise, with what settles it.
 */
export function withResolvers<T>(): Resolvers<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((...functions) => [resolve, reject] = functions);
  return { promise, resolve, reject };
}
