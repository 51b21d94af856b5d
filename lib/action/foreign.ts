/**
 * Counts the entries of others in LXD's trust store.
 *
 * @module
 */
import type { Results } from "../juju/action_tools.ts";
import { list } from "../requirer/line.ts";
import type { Mark } from "../trust/owner.ts";
import { isOurs, type TrustStore } from "../trust/trust_store.ts";

// In bytes of UTF-8.
const MAXIMUM_NAMES = 4000;

const DIGITS = 12;

const KINDS = ["server", "metrics"];

/**
 * Counts foreign entries by kind, and names the clients that are not restricted to projects. Our own
 * credential is one of them, because the charm never changes it.
 *
 * @param mark The mark of our entries.
 */
export function countForeign(trustStore: TrustStore, mark: Mark): Results {
  const entries = [...trustStore.values()].filter((entry) => !isOurs(entry, mark));
  const isOpen = ({ type, projects }: { readonly type: string; readonly projects: unknown }) =>
    type === "client" && projects === null;
  const counts = Object.groupBy(entries, (entry) => {
    if (entry.type === "client") return isOpen(entry) ? "unrestricted" : "restricted";
    return KINDS.includes(entry.type) ? entry.type : "other";
  });
  const names = entries.filter(isOpen)
    .map(({ name, fingerprint }) => `${name} (${fingerprint.slice(0, DIGITS)})`).sort();
  return {
    ...Object.fromEntries(
      Object.entries(counts).map(([kind, of = []]) => [kind, String(of.length)]),
    ),
    total: String(entries.length),
    ...names.length > 0 && { "unrestricted-names": list(names, MAXIMUM_NAMES) },
  };
}
