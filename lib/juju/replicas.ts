/**
 * The peer relation `replicas`: what the units of the application tell each other.
 *
 * A unit sees a requirer's databag as of its own last event about it, so a new leader may know less
 * than the former one acted on. The application's databag of the peer relation therefore holds the
 * name of the unit that knows everything that was ever acted on. That is the first leader, or a
 * leader that has run `update-status` since its election: Juju runs it when nothing else is queued.
 *
 * @module
 */
import type { Context } from "./context.ts";
import type { HookEvent } from "./event.ts";
import { unlessRefused } from "./refusal.ts";

const ENDPOINT = "replicas";
const KEY = "leader";
const NOBODY = "none";

/**
 * Notes, as the leader, whether this unit knows everything that was ever acted on.
 *
 * @param event The event, if it is about all relations.
 */
export async function noteLeader(
  { juju, application, unit }: Context,
  { isSettled = false, isElected }: Partial<Extract<HookEvent, { kind: "everything" }>> = {},
): Promise<void> {
  const [relation] = await juju.relationIds(ENDPOINT);
  if (relation === undefined) return;
  const databag = await unlessRefused(juju.relationGet(relation, application));
  if (!databag) return;
  const before = databag[KEY];
  // A unit that leads again may have missed what another leader did meanwhile and had no time to note.
  const knows = isSettled || before === undefined || before === unit && !isElected;
  const after = knows ? unit : NOBODY;
  if (after === before) return;
  await unlessRefused(juju.relationSet(relation, { [KEY]: after }, "application"));
}

/** Says whether this leader knows everything that was ever acted on. */
export async function knowsEverything({ juju, application, unit }: Context): Promise<boolean> {
  const [relation] = await juju.relationIds(ENDPOINT);
  if (relation === undefined) return false;
  return (await unlessRefused(juju.relationGet(relation, application)))?.[KEY] === unit;
}

/** Makes the other units reconcile: Juju runs -changed for the change of this unit's databag. */
export async function nudge({ juju }: Pick<Context, "juju">): Promise<void> {
  const [relation] = await juju.relationIds(ENDPOINT);
  if (relation === undefined) return;
  await unlessRefused(juju.relationSet(relation, { changed: crypto.randomUUID() }, "unit"));
}

/**
 * Makes this unit, the leader, run a hook soon: from Juju 4.0 on, -changed runs for its own change of the
 * application's databag. In 3.6, update-status is the next hook.
 */
export async function wake({ juju }: Pick<Context, "juju">): Promise<void> {
  const [relation] = await juju.relationIds(ENDPOINT);
  if (relation === undefined) return;
  const databag = { woken: crypto.randomUUID() };
  await unlessRefused(juju.relationSet(relation, databag, "application"));
}
