/**
 * Databags of a relation, and the versions by which changes are detected.
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import type { Bag, ModelState, Relation, Settings, Unit } from "./state.ts";

/**
 * Applies changes to a databag; an empty value deletes the key.
 *
 * Writes that change nothing keep the version, so that no hook follows
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

/** Gives the databag of an application, created when first asked for. */
export function appBag(relation: Relation, application: string): Bag {
  return relation.appBags.getOrInsertComputed(
    application,
    // Version 0 means never written: Juju runs no application-level -changed.
    () => ({ settings: {}, version: 0 }),
  );
}

/** Gives the default keys of a unit databag (FAC/uniter.go EnterScope). */
export function networkSettings(model: ModelState, unit: Unit): Settings {
  return {
    "egress-subnets": `${unit.address}/32`,
    "ingress-address": unit.address,
    ...(isJuju3(model) && { "private-address": unit.address }),
  };
}
