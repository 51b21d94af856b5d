/**
 * LXD's trust store during a history.
 *
 * @module
 */
import type { TrustEntry } from "../lxd/world.ts";
import { type HistoryState, isOurs } from "./history_state.ts";

/** Entries by fingerprint. */
export type Store = ReadonlyMap<string, TrustEntry>;

/** Reads LXD's trust store, by fingerprint. */
export async function readStore(
  { server: { lxd, standIn } }: HistoryState,
): Promise<Store> {
  // A real LXD that is down has no readable trust store, and nothing can change it.
  const isOpen = standIn !== undefined || lxd.members[0]?.running;
  const entries = isOpen ? await lxd.trustStore() : undefined;
  return entries ? new Map(entries.map((entry) => [entry.fingerprint, entry])) : new Map();
}

/** Returns the foreign entries. */
export function foreignOf(
  state: HistoryState,
  store: Store,
): Store {
  return new Map([...store].filter(([, entry]) => !isOurs(state, entry)));
}
