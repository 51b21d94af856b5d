/**
 * Reads relations: what their requirers want, and what they have been told. Independent hook tools
 * run at the same time.
 *
 * @module
 */
import type { Juju } from "./juju.ts";
import { type Endpoint, ENDPOINTS, INTERFACES } from "./interfaces.ts";
import type { Requirer } from "./owner.ts";
import { unlessRefused } from "./refusal.ts";
import type { Databag, Published, Rejection, Request, Want } from "./relation.ts";

/** Names one relation. */
export interface RelationId {
  /** Our endpoint of it. */
  readonly endpoint: Endpoint;
  /** Its number. */
  readonly relation: string;
}

/** One relation, as Juju knows it. */
export interface ObservedRelation extends RelationId {
  /** The one requirer that was read, or that is gone; undefined where all of them were read. */
  readonly only: Requirer | undefined;
  /** Whether the application's databag stands for those of its units. */
  readonly isSpokenFor: boolean;
  /** The certificates wanted by the requirers read. */
  readonly wants: readonly Want[];
  /** What they wrote that could not be read. */
  readonly rejected: readonly Rejection[];
  /** This unit's databag. */
  readonly databag: Databag;
  /** What this unit's databag tells. */
  readonly published: Published;
}

const NOTHING: Request = { wants: [], rejected: [] };

/** All relations. */
export interface ObservedRelations {
  /** Those that could be read. */
  readonly relations: readonly ObservedRelation[];
  /** Ids of those that could not. */
  readonly unread: ReadonlySet<string>;
  /** Ids of all of them. */
  readonly ids: ReadonlySet<string>;
}

/**
 * Reads every databag of every relation. One relation that Juju will not show does not keep the
 * others from being read.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param gone Id of a relation that is gone, which Juju may list nevertheless.
 * @returns The relations.
 */
export async function observeRelations(
  juju: Juju,
  unit: string,
  gone?: string,
): Promise<ObservedRelations> {
  const listed = (await listRelations(juju)).filter(({ relation }) => relation !== gone);
  const read = await Promise.all(
    listed.map((id) => unlessRefused(observeRelation(juju, unit, id))),
  );
  const relations = read.filter((relation) => relation !== undefined);
  const ids = new Set(listed.map(({ relation }) => relation));
  return {
    relations,
    unread: ids.difference(new Set(relations.map(({ relation }) => relation))),
    ids,
  };
}

/**
 * Reads every databag of one relation.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param id The relation.
 * @returns The relation with all of its requirers.
 */
export async function observeRelation(
  juju: Juju,
  unit: string,
  { endpoint, relation }: RelationId,
): Promise<ObservedRelation> {
  const { parsePublished, parseRequest, speaksForUnits } = INTERFACES[endpoint];
  const [units, application, databag] = await Promise.all([
    juju.relationList(relation),
    juju.relationApplication(relation),
    juju.relationGet(relation, unit),
  ]);
  const [first, ...others] = await Promise.all(
    [application, ...units].map(async (name) => ({
      name,
      databag: await juju.relationGet(relation, name),
    })),
  );
  const isSpokenFor = first !== undefined && (speaksForUnits?.(first.databag) ?? false);
  const requests = [...first ? [first] : [], ...isSpokenFor ? [] : others]
    .map(({ name, databag }) => parseRequest(databag, { relation, name }));
  return {
    endpoint,
    relation,
    only: undefined,
    isSpokenFor,
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
 * @param endpoint Our endpoint of the relation.
 * @param requirer Whose databag changed, or who is gone.
 * @param isGone Whether it is gone.
 * @returns The relation with this one requirer.
 */
export async function observeRequirer(
  juju: Juju,
  unit: string,
  endpoint: Endpoint,
  requirer: Requirer,
  isGone: boolean,
): Promise<ObservedRelation> {
  const { relation } = requirer;
  const { parsePublished } = INTERFACES[endpoint];
  const [request, databag] = await Promise.all([
    // The databag of a unit that is gone can still be read, but no longer counts.
    isGone ? { ...NOTHING, isSpokenFor: false } : readRequest(juju, endpoint, requirer),
    juju.relationGet(relation, unit),
  ]);
  const published = parsePublished(databag);
  return { endpoint, relation, only: requirer, ...request, databag, published };
}

/**
 * Reads what every relation has been told by our unit, as far as Juju shows it.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @returns The relations, each with what it has been told.
 */
export async function publishedEverywhere(
  juju: Juju,
  unit: string,
): Promise<readonly Pick<ObservedRelation, "relation" | "published">[]> {
  const ids = await listRelations(juju);
  const told = await Promise.all(ids.map(async ({ endpoint, relation }) => {
    const databag = await unlessRefused(juju.relationGet(relation, unit));
    return databag && { relation, published: INTERFACES[endpoint].parsePublished(databag) };
  }));
  return told.filter((one) => one !== undefined);
}

async function listRelations(juju: Juju): Promise<readonly RelationId[]> {
  const ids = await Promise.all(ENDPOINTS.map(async (endpoint) => {
    const relations = await juju.relationIds(endpoint);
    return relations.map((relation) => ({ endpoint, relation }));
  }));
  return ids.flat();
}

/** Reads a requirer's databag, and its application's where that may stand for it. */
async function readRequest(
  juju: Juju,
  endpoint: Endpoint,
  requirer: Requirer,
): Promise<Request & Pick<ObservedRelation, "isSpokenFor">> {
  const { relation, name } = requirer;
  const { parseRequest, speaksForUnits } = INTERFACES[endpoint];
  const [application = ""] = name.split("/");
  const [databag, isSpokenFor] = await Promise.all([
    juju.relationGet(relation, name),
    speaksForUnits !== undefined && application !== name &&
    juju.relationGet(relation, application).then(speaksForUnits),
  ]);
  return { ...isSpokenFor ? NOTHING : parseRequest(databag, requirer), isSpokenFor };
}
