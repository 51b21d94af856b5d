/**
 * Connections to LXD that hooks in this process share. Handshakes for each hook would take half of
 * the time of some tests. Hooks that run as processes make their own connections.
 *
 * @module
 */
import { either } from "../../lib/requirer/either.ts";
import {
  createPinnedFetch,
  type PinnedFetch,
  type PinnedFetchOptions,
} from "../../lib/requirer/pinned_fetch.ts";

/** Connections that stay open between hooks. Disposal closes them. */
export interface SharedConnections extends Disposable {
  /** Replaces `createPinnedFetch`. Disposal of the result keeps the connections. */
  readonly connect: (options: PinnedFetchOptions) => PinnedFetch;
}

/** Makes an empty set of connections. */
export function createSharedConnections(): SharedConnections {
  const open = new Map<string, PinnedFetch>();
  return {
    connect: ({ signal, ...options }) => {
      const key = JSON.stringify(options);
      const shared = open.getOrInsertComputed(key, () => createPinnedFetch(options));
      return {
        fetch: (url, init = {}) =>
          shared.fetch(url, { ...init, signal: either(signal, init.signal) }),
        presented: (url, end) => shared.presented(url, either(signal, end)),
        [Symbol.dispose]: () => {},
      };
    },
    [Symbol.dispose]: () => {
      for (const one of open.values()) one[Symbol.dispose]();
    },
  };
}
