/**
 * Reads and writes databags, and counts their versions. Juju detects changes by version.
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import type { Bag, ModelState, Relation, Settings, Unit } from "./state.ts";

/**
 * Writes changes to a databag. An empty value deletes its key.
 *
 * A write that changes nothing keeps the version. So no hook follows
 * (state/settings.go WriteOperation, state/application_ops.go isNullChange).
 */
export function writeBag(
  bag: Bag,
  changes: Readonly<Record<string, string | undefined>>,
): void {
  const next = { ...bag.settings };
  for (const [key, value] of Object.entries(changes)) {
    if (value) next[key] = value;
    else delete next[key];
  }
  if (equal(bag.settings, next)) return;
  bag.settings = next;
  bag.version++;
}

function equal(a: Settings, b: Settings): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => a[key] === b[key]);
}

/** Returns the databag of an application. The first call creates it. */
export function appBag(relation: Relation, application: string): Bag {
  return relation.appBags.getOrInsertComputed(
    application,
    // Version 0: nobody wrote it yet, so Juju runs no -changed for the application.
    () => ({ settings: {}, version: 0 }),
  );
}

/** Returns the keys that Juju writes to each unit databag (FAC/uniter.go EnterScope). */
export function networkSettings(model: ModelState, unit: Unit): Settings {
  return {
    "egress-subnets": `${unit.address}/32`,
    "ingress-address": unit.address,
    ...(isJuju3(model) && { "private-address": unit.address }),
  };
}
