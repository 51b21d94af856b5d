/**
 * What the units of the application tell each other, on their peer relation.
 *
 * A unit sees a requirer's databag as it was at its own last event about it, so a new leader may know
 * less than the former one acted on. The application's databag of the peer relation therefore holds
 * the name of the unit that surely knows everything that was ever acted on: the first leader, or one
 * that has run `update-status` since it was elected, which Juju runs when nothing else is queued.
 *
 * @module
 */
import type { Juju } from "./hook_tools.ts";
import { unlessRefused } from "./refusal.ts";
import type { HookEvent } from "./event.ts";

/** Who this unit is. */
export interface Identity {
  /** Name of the application. */
  readonly application: string;
  /** Name of the unit. */
  readonly unit: string;
}

const ENDPOINT = "replicas";
const KEY = "leader";
const NOBODY = "none";

/**
 * Notes, as the leader, whether this unit knows everything that was ever acted on.
 *
 * @param juju The hook tools.
 * @param identity Who this unit is.
 * @param event What the event is about, where it is about everything.
 */
export async function noteLeader(
  juju: Juju,
  { application, unit }: Identity,
  { isSettled = false, isElected }: Partial<Extract<HookEvent, { kind: "everything" }>> = {},
): Promise<void> {
  const [relation] = await juju.relationIds(ENDPOINT);
  if (relation === undefined) return;
  const databag = await unlessRefused(juju.relationGet(relation, application));
  if (!databag) return;
  const before = databag[KEY];
  // Who leads again may have missed what another leader did meanwhile and had no time to note.
  const knows = isSettled || before === undefined || before === unit && !isElected;
  const after = knows ? unit : NOBODY;
  if (after === before) return;
  await unlessRefused(juju.relationSet(relation, { [KEY]: after }, "application"));
}

/**
 * Says whether this leader knows everything that was ever acted on.
 *
 * @param juju The hook tools.
 * @param identity Who this unit is.
 * @returns Whether it does for sure.
 */
export async function knowsEverything(
  juju: Juju,
  { application, unit }: Identity,
): Promise<boolean> {
  const [relation] = await juju.relationIds(ENDPOINT);
  if (relation === undefined) return false;
  return (await unlessRefused(juju.relationGet(relation, application)))?.[KEY] === unit;
}

/**
 * Lets the other units reconcile: Juju tells them that this unit's databag has changed.
 *
 * @param juju The hook tools.
 */
export async function nudge(juju: Juju): Promise<void> {
  const [relation] = await juju.relationIds(ENDPOINT);
  if (relation === undefined) return;
  await unlessRefused(juju.relationSet(relation, { changed: crypto.randomUUID() }, "unit"));
}
