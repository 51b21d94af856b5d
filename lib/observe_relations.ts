/**
 * Reads relations: what their requirers want, and what they have been told. Independent hook tools
 * run at the same time.
 *
 * @module
 */
import type { Juju } from "./juju.ts";
import type { Requirer } from "./owner.ts";
import {
  type Databag,
  parsePublished,
  parseRequest,
  type Published,
  type Rejection,
  type Request,
  type Want,
} from "./relation.ts";

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

/** All relations. */
export interface ObservedRelations {
  /** Those that could be read. */
  readonly relations: readonly ObservedRelation[];
  /** Ids of all of them. */
  readonly ids: ReadonlySet<string>;
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
 * Reads the databag of one requirer.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param requirer Whose databag changed, or who is gone.
 * @param isGone Whether it is gone.
 * @returns The relation with this one requirer.
 */
export async function observeRequirer(
  juju: Juju,
  unit: string,
  requirer: Requirer,
  isGone: boolean,
): Promise<ObservedRelation> {
  const { relation } = requirer;
  const [request, databag] = await Promise.all([
    // The databag of a unit that is gone can still be read, but no longer counts.
    isGone ? { wants: [], rejected: [] } : readRequest(juju, requirer),
    juju.relationGet(relation, unit),
  ]);
  return { relation, only: requirer, ...request, databag, published: parsePublished(databag) };
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

async function readRequest(juju: Juju, requirer: Requirer): Promise<Request> {
  return parseRequest(await juju.relationGet(requirer.relation, requirer.name), requirer);
}
