/**
 * Writes to relations what they may be told, and only what differs.
 *
 * @module
 */
import type { Juju } from "./hook_tools.ts";
import type { Databag } from "../requirer/databag.ts";

/** Where to publish. */
export interface Place {
  /** Id of the relation. */
  readonly relation: string;
  /** This unit's databag of it, as it is. */
  readonly databag: Databag;
}

/** What to publish. */
export interface Wanted {
  /** What this unit's databag shall hold; an empty value stands for no key. */
  readonly databag: Databag;
  /**
   * Whether the application's databag shall hold it as well, or nothing; undefined for whichever it
   * does now.
   */
  readonly isForApplication: boolean | undefined;
}

/**
 * Publishes in this unit's databag, and as the leader in the application's. Data in the latter makes
 * Juju run a `relation-changed` without a unit, which not every requirer survives, so it is written
 * only for those that look for it.
 *
 * @param juju The hook tools.
 * @param application Name of our application, where this unit leads it.
 * @param place Where to publish.
 * @param wanted What to publish.
 * @returns Whether anything was written.
 */
export async function publish(
  juju: Juju,
  application: string | undefined,
  { relation, databag }: Place,
  { databag: wanted, isForApplication }: Wanted,
): Promise<boolean> {
  const change = difference(databag, wanted);
  const changeOfApplication = application === undefined
    ? undefined
    : changeFor(await juju.relationGet(relation, application), wanted, isForApplication);
  if (change) await juju.relationSet(relation, change, "unit");
  if (!changeOfApplication) return change !== undefined;
  try {
    await juju.relationSet(relation, changeOfApplication, "application");
  } catch (error) {
    // Both or neither: what the hook wrote before counts as well, once it ends well.
    if (change) await juju.relationSet(relation, formerly(databag, change), "unit");
    throw error;
  }
  return true;
}

/** What the application's databag lacks, or has too much. */
function changeFor(
  before: Databag,
  wanted: Databag,
  isWanted: boolean = Object.keys(before).length > 0,
): Databag | undefined {
  const nothing = Object.fromEntries(Object.keys(before).map((key) => [key, ""]));
  return difference(before, isWanted ? { ...nothing, ...wanted } : nothing);
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
