/**
 * What every hook does: observe, enter LXD, serve.
 *
 * @module
 */
import { readCredentials } from "./juju/read_credentials.ts";
import type { Credentials } from "./credential/parts.ts";
import type { Config, Found } from "./credential/credentials.ts";
import type { Juju } from "./juju/hook_tools.ts";
import type { Entrance } from "./lxd/client.ts";
import { knownEndpoints, observe } from "./juju/observe.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Mark } from "./trust/owner.ts";
import { parseNames } from "./trust/projects.ts";
import { type Identity, noteLeader } from "./juju/replicas.ts";
import type { HookEvent } from "./juju/event.ts";
import { serve } from "./serve.ts";

/** Everything that a hook deals with. */
export interface World extends Identity {
  /** The hook tools. */
  readonly juju: Juju;
  /** Enters LXD by the credential's endpoint, or else by a member known from before. */
  readonly enter: (
    credentials: Credentials,
    known: () => Promise<readonly string[]>,
  ) => Promise<Entrance>;
  /** The name of our entries. */
  readonly mark: Mark;
  /** The present. */
  readonly now: Date;
  /** Is told of each change made to LXD's trust store. */
  readonly report: (change: string) => void;
}

/** What came of a reconciliation. */
export interface Reconciled {
  /** How it ended; undefined where this unit had nothing to do. */
  readonly outcome: Outcome | undefined;
  /** Whether this unit leads the application. */
  readonly leads: boolean;
  /** Whether the trust store, or what relations are told, was changed. */
  readonly hasChanged: boolean;
}

const NAMES = "it must be names of LXD projects with commas between them";

/**
 * Makes LXD's trust store and the relations what they should be, as far as an event is concerned.
 *
 * @param world Juju and LXD.
 * @param event What the event is about.
 * @returns What came of it.
 */
export async function reconcile(world: World, event: HookEvent): Promise<Reconciled> {
  const { juju, unit, application, now } = world;
  if (event.kind === "leaving") return { outcome: undefined, leads: false, hasChanged: false };
  const [{ config, found }, leads, seen] = await Promise.all([
    configure(juju, now),
    juju.isLeader(),
    observe(juju, unit, event),
  ]);
  if (leads && event.kind === "everything") await noteLeader(juju, world, event);
  const end = (outcome: Outcome | undefined): Reconciled => ({ outcome, leads, hasChanged: false });
  if (seen.relations.length === 0 && seen.revocable.kind === "none") return end(undefined);
  // With the last unit everything of ours is revoked, whatever the options say.
  const allowed = seen.isLast ? null : parseNames(config["projects"]);
  if (allowed === undefined) return end({ kind: "unreadable", name: "projects", reason: NAMES });
  if (found.kind !== "complete") return end(found);
  const { credentials } = found;
  const known = () => knownEndpoints(juju, unit, seen);
  const entrance = await world.enter(credentials, known);
  if (entrance.kind === "refused") {
    return end(outcomeOf(entrance.ending, entrance.endpoint, credentials, now));
  }
  // Without leadership nothing is changed; what is true is published all the same.
  const role = { unit, application, leads, mayChange: leads || seen.isLast };
  const { lxd } = entrance;
  return { leads, ...await serve({ ...world, lxd, credentials, seen, role, allowed }) };
}

async function configure(
  juju: Juju,
  now: Date,
): Promise<{ readonly config: Config; readonly found: Found }> {
  const config = await juju.configGet();
  return { config, found: await readCredentials(juju, config, now) };
}
