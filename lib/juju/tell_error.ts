/**
 * Tells relations why the charm cannot serve. The key `provider_error` stands beside what was published
 * before. It is written at the end of a hook, when the outcome is known, and only if it changes.
 *
 * @module
 */
import { type Endpoint, INTERFACES } from "../relation/mod.ts";
import type { Databag, ProviderError } from "../requirer/databag.ts";
import type { UnitContext } from "./context.ts";
import { unlessRefused } from "./refusal.ts";

/** The key that holds the error. No publication changes it. */
export const ERROR_KEY = "provider_error";

/** A relation to tell. */
export interface Told {
  /** Our endpoint of it. */
  readonly endpoint: Endpoint;
  /** Its number. */
  readonly relation: string;
  /** Whether the requirer's application asks for something; undefined if it was not read. */
  readonly isAskedByApplication: boolean | undefined;
  /** This unit's databag. */
  readonly databag: Databag;
  /** The application's databag after the publication; undefined if it was not read. */
  readonly ofApplication?: Databag | undefined;
}

/**
 * Tells relations of an error, or that there is none any more. A relation that Juju refuses to write to
 * is left out.
 *
 * @param error The error; undefined if all is well.
 */
export async function tellError(
  context: Omit<UnitContext, "unit" | "mayChange">,
  relations: readonly Told[],
  error: ProviderError | undefined,
): Promise<void> {
  const text = error ? JSON.stringify(error) : "";
  await Promise.all(relations.map((told) => unlessRefused(tell(context, told, text))));
}

async function tell(
  { juju, application, isLeader }: Omit<UnitContext, "unit" | "mayChange">,
  { endpoint, relation, isAskedByApplication, databag, ofApplication }: Told,
  text: string,
): Promise<void> {
  if (isOther(databag, text)) await juju.relationSet(relation, { [ERROR_KEY]: text }, "unit");
  if (!isLeader) return;
  const before = ofApplication ?? await juju.relationGet(relation, application);
  // Whether LXD is a cluster is not known where it fails. An answer in that databag says so.
  const isForApplication = Object.keys(before).length > 0 ||
    INTERFACES[endpoint].isForApplication({ isAskedByApplication, isClustered: false });
  if (isForApplication && isOther(before, text)) {
    await juju.relationSet(relation, { [ERROR_KEY]: text }, "application");
  }
}

function isOther(databag: Databag, text: string): boolean {
  return (databag[ERROR_KEY] ?? "") !== text;
}
