/**
 * Observes the part of the Juju model that an event is about.
 *
 * @module
 */
import { INTERFACES } from "../relation/mod.ts";
import type { Revocable } from "../trust/plan.ts";
import type { Published } from "../trust/want.ts";
import type { Reader } from "./context.ts";
import type { HookEvent } from "./event.ts";
import type { GoalState } from "./hook_tools.ts";
import {
  readDeparted,
  readPublished,
  readRelations,
  readRequirer,
  type Relation,
} from "./read_relations.ts";
import { unlessRefused } from "./refusal.ts";

/** The part of the model that an event is about. */
export interface Observation {
  /** The relations to serve. */
  readonly relations: readonly Relation[];
  /** The publications to relations that are gone, as far as Juju shows them. */
  readonly gone: readonly Published[];
  /** Whether Juju no longer shows these publications. */
  readonly isUnread?: boolean;
  /** Whether a requirer is gone. Its entries are revoked even if Juju refuses a publication. */
  readonly isParting?: boolean;
  /** Whose entries may be revoked. */
  readonly revocable: Revocable;
  /** Whether the wants of every requirer are known and up to date. */
  readonly complete: boolean;
  /** Whether `relations` are all relations that can be read. */
  readonly isWhole: boolean;
  /** Whether no unit of the application stays. Then each unit cleans up, also without leadership. */
  readonly isLast: boolean;
}

const NOTHING = {
  relations: [],
  gone: [],
  revocable: { kind: "none" },
  complete: false,
  isWhole: false,
  isLast: false,
} as const satisfies Observation;

type EventOf<K extends HookEvent["kind"]> = Extract<HookEvent, { readonly kind: K }>;

/** Observes the part of the model that an event is about. */
export async function observe(context: Reader, event: HookEvent): Promise<Observation> {
  switch (event.kind) {
    case "leaving":
    case "collector":
      return NOTHING;
    case "changed":
    case "departed":
      return await observeRequirer(context, event);
    case "broken":
      return await observeBroken(context, event);
    case "no-collector": {
      const { isDying, isLast } = lifeOf(context.unit, await context.juju.goalState());
      if (isDying && !isLast) return NOTHING;
      return { ...NOTHING, revocable: { kind: "relation", relation: event.relation }, isLast };
    }
    case "stop": {
      const { isLast } = lifeOf(context.unit, await context.juju.goalState());
      return isLast ? { ...NOTHING, revocable: { kind: "all" }, complete: true, isLast } : NOTHING;
    }
    case "everything":
      return await observeEverything(context, event);
  }
}

async function observeRequirer(
  context: Reader,
  event: EventOf<"changed" | "departed">,
): Promise<Observation> {
  const { requirer } = event;
  const isParting = event.kind === "departed";
  const read = isParting ? readDeparted : readRequirer;
  const relation = await unlessRefused(read(context, event));
  // A requirer that is gone wants nothing, even if Juju still shows its databag. The relation's
  // further entries go when it breaks: one refused answer does not prove that the other units are
  // gone, too.
  if (!relation && !isParting) return NOTHING;
  // If an application speaks for its units, they want nothing for themselves. If not, their databags
  // may be out of date, and do not tell what the units have dropped.
  const revocable = relation?.isSpokenFor
    ? { kind: "relation", relation: requirer.relation } as const
    : { kind: "requirer", requirer } as const;
  return {
    ...NOTHING,
    relations: relation ? [relation] : [],
    revocable,
    ...isParting && { isParting },
  };
}

async function observeBroken(
  { juju, unit }: Reader,
  { endpoint, relation }: EventOf<"broken">,
): Promise<Observation> {
  const [databag, goal] = await Promise.all([
    unlessRefused(juju.relationGet(relation, unit)),
    juju.goalState(),
  ]);
  const { isDying, isLast } = lifeOf(unit, goal);
  if (isDying && !isLast) return NOTHING;
  const gone = databag ? [INTERFACES[endpoint].parsePublished(databag)] : [];
  const revocable = { kind: "relation", relation } as const;
  return { ...NOTHING, gone, revocable, isLast, ...!databag && { isUnread: true } };
}

async function observeEverything(
  context: Reader,
  { isSettled }: EventOf<"everything">,
): Promise<Observation> {
  const [goal, { relations, unread, ids }] = await Promise.all([
    context.juju.goalState(),
    readRelations(context),
  ]);
  // A dying unit no longer sees the relations that go on without it.
  const { isDying } = lifeOf(context.unit, goal);
  if (isDying) return { ...NOTHING, relations, isWhole: true };
  // A relation that was not read holds back its own revocations, and those of shared entries.
  const revocable: Revocable = isSettled
    ? { kind: "all", ...unread.size > 0 && { except: unread } }
    : { kind: "absent", relations: ids };
  const complete = isSettled && unread.size === 0;
  return { ...NOTHING, relations, isWhole: true, revocable, complete };
}

/**
 * Lists the members of LXD in earlier publications: those to the relations at hand, or else to any.
 *
 * @returns The members' endpoints.
 */
export async function knownEndpoints(
  context: Reader,
  { relations, gone, isLast }: Observation,
): Promise<readonly string[]> {
  const seen = [...relations.map(({ published }) => published), ...gone];
  const endpoints = seen.flatMap((published) => published.endpoints);
  // With the last unit the relations go as well.
  if (endpoints.length > 0 || isLast) return endpoints;
  return (await readPublished(context)).flatMap(({ published }) => published.endpoints);
}

/**
 * Names the relation that is gone, if the event is about one.
 *
 * @returns Its id.
 */
export function relationGone({ relations, revocable }: Observation): string | undefined {
  return revocable.kind === "relation" && relations.length === 0 ? revocable.relation : undefined;
}

function lifeOf(
  unit: string,
  { units }: GoalState,
): { readonly isDying: boolean; readonly isLast: boolean } {
  // Juju gives "dying" as the status of a unit on its way out, and leaves out the dead.
  const staying = Object.entries(units).filter(([, { status }]) => status !== "dying");
  return { isDying: !staying.some(([name]) => name === unit), isLast: staying.length === 0 };
}
