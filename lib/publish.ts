/**
 * Writes to relations what they may be told, and only what differs.
 *
 * @module
 */
import type { Juju } from "./juju.ts";
import type { Databag } from "./relation.ts";

/** Where to publish. */
export interface Place {
  /** Id of the relation. */
  readonly relation: string;
  /** This unit's databag of it, as it is. */
  readonly databag: Databag;
}

/**
 * Publishes in this unit's databag, and as the leader in the application's.
 *
 * @param juju The hook tools.
 * @param application Name of our application, where this unit leads it.
 * @param place Where to publish.
 * @param wanted What the databags shall hold; an empty value stands for no key.
 * @returns Whether anything was written.
 */
export async function publish(
  juju: Juju,
  application: string | undefined,
  { relation, databag }: Place,
  wanted: Databag,
): Promise<boolean> {
  const change = difference(databag, wanted);
  if (change) await juju.relationSet(relation, change, "unit");
  if (application === undefined) return change !== undefined;
  // Both hold the same, so what is new in one is new in the other, without another look.
  const before = change ? {} : await juju.relationGet(relation, application);
  const changeOfApplication = change ? wanted : difference(before, wanted);
  if (!changeOfApplication) return false;
  try {
    await juju.relationSet(relation, changeOfApplication, "application");
  } catch (error) {
    // Both or neither: what the hook wrote before counts as well, once it ends well.
    if (change) await juju.relationSet(relation, formerly(databag, change), "unit");
    throw error;
  }
  return true;
}

/** What the keys of a change held before. */
function formerly(before: Databag, change: Databag): Databag {
  return Object.fromEntries(Object.keys(change).map((key) => [key, before[key] ?? ""]));
}

/** The keys that differ, or undefined where none does. */
function difference(before: Databag, wanted: Databag): Databag | undefined {
  const keys = Object.keys(wanted).filter((key) => (before[key] ?? "") !== wanted[key]);
  return keys.length === 0
    ? undefined
    : Object.fromEntries(keys.map((key) => [key, wanted[key] ?? ""]));
}
