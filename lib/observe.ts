/**
 * What Juju knows, as far as an event needs it. Independent hook tools run at the same time.
 *
 * @module
 */
import type { GoalState, Juju } from "./juju.ts";
import type { Requirer } from "./owner.ts";
import type { Revocable } from "./plan.ts";
import {
  type Databag,
  parsePublished,
  parseRequest,
  type Published,
  type Rejection,
  type Request,
  type Want,
} from "./relation.ts";
import type { Scope } from "./scope.ts";

/** The endpoint that requirers relate to. */
export const ENDPOINT = "api";

/** One relation, as Juju knows it. */
export interface ObservedRelation {
  /** Id of the relation. */
  readonly relation: string;
  /** The one requirer that was read, or that is gone; undefined where all of them were read. */
  readonly only: Requirer | undefined;
  /** The certificates wanted by the requirers read. */
  readonly wants: readonly Want[];
  /** What they wrote that could not be read. */
  readonly rejected: readonly Rejection[];
  /** This unit's databag. */
  readonly databag: Databag;
  /** What this unit's databag tells. */
  readonly published: Published;
}

/** The part of the model that an event is about. */
export interface Observation {
  /** The relations to serve. */
  readonly relations: readonly ObservedRelation[];
  /** What a relation that is gone had been told. */
  readonly gone: readonly Published[];
  /** Whose entries may be revoked. */
  readonly revocable: Revocable;
  /** Whether the wants of every requirer are known and up to date. */
  readonly complete: boolean;
  /** Whether `relations` are all relations there are. */
  readonly isWhole: boolean;
  /** Whether no unit of the application stays: then each of them tidies up, whoever leads. */
  readonly isLast: boolean;
}

/** All relations. */
export interface ObservedRelations {
  /** Those that could be read. */
  readonly relations: readonly ObservedRelation[];
  /** Ids of all of them. */
  readonly ids: ReadonlySet<string>;
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
 * @param scope What the event is about.
 * @returns What was found.
 */
export async function observe(juju: Juju, unit: string, scope: Scope): Promise<Observation> {
  switch (scope.kind) {
    case "leaving":
      return NOTHING;
    case "changed":
    case "departed": {
      const { requirer } = scope;
      const relation = await observeRequirer(juju, unit, requirer, scope.kind);
      return { ...NOTHING, relations: [relation], revocable: { kind: "requirer", requirer } };
    }
    case "broken": {
      const { relation } = scope;
      const [databag, goal] = await Promise.all([
        juju.relationGet(relation, unit),
        juju.goalState(),
      ]);
      const { isDying, isLast } = lifeOf(unit, goal);
      const revocable = { kind: "relation", relation } as const;
      const gone = [parsePublished(databag)];
      return isDying && !isLast ? NOTHING : { ...NOTHING, gone, revocable, isLast };
    }
    case "stop": {
      const { isLast } = lifeOf(unit, await juju.goalState());
      return isLast ? { ...NOTHING, revocable: { kind: "all" }, complete: true, isLast } : NOTHING;
    }
    case "everything": {
      const [goal, { relations, ids }] = await Promise.all([
        juju.goalState(),
        observeRelations(juju, unit),
      ]);
      // On its way out, a unit no longer sees the relations that go on without it.
      const { isDying } = lifeOf(unit, goal);
      if (isDying || relations.length < ids.size) {
        return { ...NOTHING, relations, isWhole: relations.length === ids.size };
      }
      const revocable: Revocable = scope.isSettled
        ? { kind: "all" }
        : { kind: "absent", relations: ids };
      return { ...NOTHING, relations, isWhole: true, revocable, complete: scope.isSettled };
    }
  }
}

/**
 * Reads every databag of every relation.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @returns The relations.
 */
export async function observeRelations(juju: Juju, unit: string): Promise<ObservedRelations> {
  const ids = await juju.relationIds(ENDPOINT);
  const relations = await Promise.all(ids.map(async (id) => {
    try {
      return await observeRelation(juju, unit, id);
    } catch (error) {
      // One relation that Juju will not show must not keep the others from being served.
      if ((error as Error).name === "HookToolError") return undefined;
      throw error;
    }
  }));
  return { relations: relations.filter((relation) => relation !== undefined), ids: new Set(ids) };
}

/**
 * Reads every databag of one relation.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param relation Id of the relation.
 * @returns The relation with all of its requirers.
 */
export async function observeRelation(
  juju: Juju,
  unit: string,
  relation: string,
): Promise<ObservedRelation> {
  const [units, application, databag] = await Promise.all([
    juju.relationList(relation),
    juju.relationApplication(relation),
    juju.relationGet(relation, unit),
  ]);
  const requests = await Promise.all(
    [application, ...units].map((name) => readRequest(juju, { relation, name })),
  );
  return {
    relation,
    only: undefined,
    wants: requests.flatMap(({ wants }) => wants),
    rejected: requests.flatMap(({ rejected }) => rejected),
    databag,
    published: parsePublished(databag),
  };
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
  return (await publishedEverywhere(juju, unit)).flatMap(({ published }) => published.endpoints);
}

/**
 * Reads what every relation has been told by our unit.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @returns The relations, each with what it has been told.
 */
export async function publishedEverywhere(
  juju: Juju,
  unit: string,
): Promise<readonly Pick<ObservedRelation, "relation" | "published">[]> {
  const ids = await juju.relationIds(ENDPOINT);
  return await Promise.all(ids.map(async (relation) => {
    return { relation, published: parsePublished(await juju.relationGet(relation, unit)) };
  }));
}

async function observeRequirer(
  juju: Juju,
  unit: string,
  requirer: Requirer,
  kind: "changed" | "departed",
): Promise<ObservedRelation> {
  const { relation } = requirer;
  const [request, databag] = await Promise.all([
    // The databag of a unit that is gone can still be read, but no longer counts.
    kind === "departed" ? { wants: [], rejected: [] } : readRequest(juju, requirer),
    juju.relationGet(relation, unit),
  ]);
  return { relation, only: requirer, ...request, databag, published: parsePublished(databag) };
}

async function readRequest(juju: Juju, requirer: Requirer): Promise<Request> {
  return parseRequest(await juju.relationGet(requirer.relation, requirer.name), requirer);
}

function lifeOf(
  unit: string,
  { units }: GoalState,
): { readonly isDying: boolean; readonly isLast: boolean } {
  // Juju gives "dying" as the status of a unit on its way out, and leaves out the dead.
  const staying = Object.entries(units).filter(([, { status }]) => status !== "dying");
  return { isDying: !staying.some(([name]) => name === unit), isLast: staying.length === 0 };
}
