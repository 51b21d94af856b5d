/**
 * Puts LXD's trust store back to what it was before a hook.
 *
 * @module
 */
import { limit } from "../../lib/async/limit.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";

/** A change of the trust store. */
export type Repair =
  | { readonly kind: "trust" | "amend"; readonly entry: TrustEntry }
  | { readonly kind: "distrust"; readonly fingerprint: string };

// LXD makes its changes one after another, and gains little from more.
const MAXIMUM_REPAIRS = 8;

/** Restores the entries of a trust store, as its administrator. */
export async function restore(lxd: LxdWorld, wanted: readonly TrustEntry[]): Promise<void> {
  const repairs = repairsOf(await lxd.trustStore(), wanted);
  const repair = limit(MAXIMUM_REPAIRS, (one: Repair) => make(lxd, one));
  // LXD's own list of those whom it lets in is complete after the last change.
  await Promise.all(repairs.slice(0, -1).map(repair));
  await Promise.all(repairs.slice(-1).map(repair));
}

/**
 * Lists the changes that lead from one trust store to another.
 *
 * @example One entry too many
 * ```ts
 * import assert from "node:assert/strict";
 * const entry = { name: "a", type: "client", restricted: false, projects: [], certificate: "" };
 * const repairs = repairsOf([{ ...entry, fingerprint: "aa" }], []);
 * assert.deepEqual(repairs, [{ kind: "distrust", fingerprint: "aa" }]);
 * ```
 */
export function repairsOf(
  found: readonly TrustEntry[],
  wanted: readonly TrustEntry[],
): readonly Repair[] {
  const before = new Map(found.map((entry) => [entry.fingerprint, JSON.stringify(entry)]));
  const after = new Set(wanted.map(({ fingerprint }) => fingerprint));
  return [
    ...found.filter(({ fingerprint }) => !after.has(fingerprint))
      .map(({ fingerprint }) => ({ kind: "distrust", fingerprint }) as const),
    ...wanted.filter((entry) => before.get(entry.fingerprint) !== JSON.stringify(entry))
      .map((entry) =>
        ({ kind: before.has(entry.fingerprint) ? "amend" : "trust", entry }) as const
      ),
  ];
}

async function make(lxd: LxdWorld, repair: Repair): Promise<void> {
  if (repair.kind === "distrust") return await lxd.distrust(repair.fingerprint);
  const { certificate, fingerprint, name, restricted, projects } = repair.entry;
  const access = { name, restricted, projects };
  if (repair.kind === "amend") await lxd.amend(fingerprint, access);
  else await lxd.trust(certificate, access);
}
