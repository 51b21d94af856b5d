/**
 * Databags as charms write them.
 *
 * @module
 */
import type { Settings } from "../juju/mod.ts";

// Juju's own, in every unit's databag.
const NETWORK_KEYS = ["egress-subnets", "ingress-address", "private-address"];

/** Leaves out what Juju itself writes into a unit's databag. */
export function withoutNetworkKeys(databag: Readonly<Settings>): Settings {
  return Object.fromEntries(
    Object.entries(databag).filter(([key]) => !NETWORK_KEYS.includes(key)),
  );
}
