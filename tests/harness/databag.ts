/**
 * Databags as charms write them.
 *
 * @module
 */
import type { Settings } from "../juju/mod.ts";

// Juju writes these keys into every unit's databag.
const NETWORK_KEYS = ["egress-subnets", "ingress-address", "private-address"];

/** Returns a databag without the keys that Juju writes. */
export function withoutNetworkKeys(databag: Readonly<Settings>): Settings {
  return Object.fromEntries(
    Object.entries(databag).filter(([key]) => !NETWORK_KEYS.includes(key)),
  );
}
