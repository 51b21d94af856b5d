/**
 * What Juju knows, as far as an event needs it.
 *
 * @module
 */
import { INTERFACES } from "../relation/mod.ts";
import type { GoalState, Juju } from "./hook_tools.ts";
import type { Revocable } from "../trust/plan.ts";
import {
  readDeparted,
  readPublished,
  readRelations,
  readRequirer,
  type Relation,
} from "./read_relations.ts";
import { unlessRefused } from "./refusal.ts";
import type { HookEvent } from "./event.ts";
import type { Published } from "../trust/want.ts";

/** The part of the model that an event is about. */
export interface Observation {
  /** The relations to serve. */
  readonly relations: readonly Relation[];
  /** What a relation that is gone had been told, as far as Juju shows it. */
  readonly gone: readonly Published[];
  /** Whether Juju no longer shows what that was. */
  readonly isUnread?: boolean;
  /** Whether somebody is gone: what was theirs is revoked, whatever can still be written. */
  readonly isParting?: boolean;
  /** Whose entries may be revoked. */
  readonly revocable: Revocable;
  /** Whether the wants of every requirer are known and up to date. */
  readonly complete: boolean;
  /** Whether `relations` are all relations that can be read. */
  readonly isWhole: boolean;
  /** Whether no unit of the application stays: then each of them tidies up, whoever leads. */
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

/**
 * Observes the part of the model that an event is about.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param event What the event is about.
 * @returns What was found.
 */
export async function observe(juju: Juju, unit: string, event: HookEvent): Promise<Observation> {
  switch (event.kind) {
    case "leaving":
      return NOTHING;
    case "changed":
    case "departed": {
      const { endpoint, requirer } = event;
      const isParting = event.kind === "departed";
      const observe = isParting ? readDeparted : readRequirer;
      const relation = await unlessRefused(observe(juju, unit, endpoint, requirer));
      // Who is gone wants nothing, whatever Juju shows. The relation's further entries go when it
      // breaks: one answer that fails is no proof that the other units are gone, too.
      if (!relation && !isParting) return NOTHING;
      // Where an application speaks for its units, they want nothing for themselves. Where not, their
      // databags may be out of date, and say little of what they have dropped.
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
    case "broken": {
      const { endpoint, relation } = event;
      const [databag, goal] = await Promise.all([
        unlessRefused(juju.relationGet(relation, unit)),
        juju.goalState(),
      ]);
      const { isDying, isLast } = lifeOf(unit, goal);
      const revocable = { kind: "relation", relation } as const;
      if (isDying && !isLast) return NOTHING;
      const gone = databag ? [INTERFACES[endpoint].parsePublished(databag)] : [];
      return { ...NOTHING, gone, revocable, isLast, ...!databag && { isUnread: true } };
    }
    case "stop": {
      const { isLast } = lifeOf(unit, await juju.goalState());
      return isLast ? { ...NOTHING, revocable: { kind: "all" }, complete: true, isLast } : NOTHING;
    }
    case "everything": {
      const [goal, { relations, unread, ids }] = await Promise.all([
        juju.goalState(),
        readRelations(juju, unit),
      ]);
      // On its way out, a unit no longer sees the relations that go on without it.
      const { isDying } = lifeOf(unit, goal);
      if (isDying) return { ...NOTHING, relations, isWhole: true };
      // A relation that was not read holds back its own revocations, and those of shared entries.
      const revocable: Revocable = event.isSettled
        ? { kind: "all", ...unread.size > 0 && { except: unread } }
        : { kind: "absent", relations: ids };
      const complete = event.isSettled && unread.size === 0;
      return { ...NOTHING, relations, isWhole: true, revocable, complete };
    }
  }
}

/**
 * Lists the members of LXD that we have told of before: to the relations at hand, or else to any.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param seen What was observed.
 * @returns The members' endpoints.
 */
export async function knownEndpoints(
  juju: Juju,
  unit: string,
  { relations, gone, isLast }: Observation,
): Promise<readonly string[]> {
  const seen = [...relations.map(({ published }) => published), ...gone];
  const endpoints = seen.flatMap((published) => published.endpoints);
  // With the last unit the relations go as well.
  if (endpoints.length > 0 || isLast) return endpoints;
  return (await readPublished(juju, unit)).flatMap(({ published }) => published.endpoints);
}

function lifeOf(
  unit: string,
  { units }: GoalState,
): { readonly isDying: boolean; readonly isLast: boolean } {
  // Juju gives "dying" as the status of a unit on its way out, and leaves out the dead.
  const staying = Object.entries(units).filter(([, { status }]) => status !== "dying");
  return { isDying: !staying.some(([name]) => name === unit), isLast: staying.length === 0 };
}
