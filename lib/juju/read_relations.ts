/**
 * Reads relations: what their requirers want, and what they have been told. Independent hook tools
 * run at the same time.
 *
 * @module
 */
import type { Juju } from "./hook_tools.ts";
import { type Endpoint, ENDPOINTS, INTERFACES } from "../relation/mod.ts";
import type { Requirer } from "../trust/owner.ts";
import { unlessRefused } from "./refusal.ts";
import type { Sender } from "../relation/lxd.ts";
import type { Published, Want, Wants } from "../trust/want.ts";
import type { Databag, Rejection } from "../requirer/databag.ts";

/** Names one relation. */
export interface RelationId {
  /** Our endpoint of it. */
  readonly endpoint: Endpoint;
  /** Its number. */
  readonly relation: string;
}

/** One relation, as Juju knows it. */
export interface Relation extends RelationId {
  /** The one requirer that was read, or that is gone; undefined where all of them were read. */
  readonly only: Requirer | undefined;
  /** Whether the application's databag stands for those of its units. */
  readonly isSpokenFor: boolean;
  /** Whether the application's databag asks for something; undefined where it was not read. */
  readonly isAskedByApplication: boolean | undefined;
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
export interface Relations {
  /** Those that could be read. */
  readonly relations: readonly Relation[];
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
export async function readRelations(
  juju: Juju,
  unit: string,
  gone?: string,
): Promise<Relations> {
  const listed = (await listRelations(juju)).filter(({ relation }) => relation !== gone);
  const read = await Promise.all(
    listed.map((id) => unlessRefused(readRelation(juju, unit, id))),
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
export async function readRelation(
  juju: Juju,
  unit: string,
  { endpoint, relation }: RelationId,
): Promise<Relation> {
  const { parsePublished, parseWants, maySpeakForUnits } = INTERFACES[endpoint];
  const [names, name, databag] = await Promise.all([
    juju.relationList(relation),
    juju.relationApplication(relation),
    juju.relationGet(relation, unit),
  ]);
  const [application, ...units] = await Promise.all([
    read(juju, relation, name),
    ...names.map((name) => read(juju, relation, name)),
  ]);
  const request = parseWants(relation, application, units);
  const isAskedByApplication = isAskedBy(name, request);
  return {
    endpoint,
    relation,
    only: undefined,
    // Where it may stand for its units, it does once it asks.
    isSpokenFor: maySpeakForUnits !== undefined && isAskedByApplication,
    isAskedByApplication,
    ...request,
    databag,
    published: parsePublished(databag),
  };
}

/**
 * Reads what one requirer asks for or, where its application's databag stands for its units or one
 * may depend on the other, the whole relation.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param endpoint Our endpoint of the relation.
 * @param requirer Whose databag it is.
 * @returns The relation, with this one requirer or all of them.
 */
export async function readRequirer(
  juju: Juju,
  unit: string,
  endpoint: Endpoint,
  requirer: Requirer,
): Promise<Relation> {
  const { relation, name } = requirer;
  const { parsePublished, parseWants, maySpeakForUnits } = INTERFACES[endpoint];
  const whole = () => readRelation(juju, unit, { endpoint, relation });
  const [owner = ""] = name.split("/");
  const isUnit = owner !== name;
  if (maySpeakForUnits && !isUnit) return await whole();
  const [sender, application, databag] = await Promise.all([
    read(juju, relation, name),
    maySpeakForUnits ? read(juju, relation, owner) : { name: owner, databag: {} },
    juju.relationGet(relation, unit),
  ]);
  if (maySpeakForUnits?.(application.databag)) return await whole();
  const { wants, rejected } = isUnit
    ? parseWants(relation, application, [sender])
    : parseWants(relation, sender, []);
  const request = {
    wants: wants.filter(({ requirer }) => requirer.name === name),
    rejected: rejected.filter(({ unit }) => unit === name),
  };
  return {
    endpoint,
    relation,
    only: requirer,
    isSpokenFor: false,
    isAskedByApplication: isUnit ? undefined : isAskedBy(name, request),
    ...request,
    databag,
    published: parsePublished(databag),
  };
}

/**
 * Reads what a relation has been told that a requirer has left. Its databag can still be read, but
 * no longer counts.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @param endpoint Our endpoint of the relation.
 * @param requirer Who is gone.
 * @returns The relation, in which this requirer asks for nothing.
 */
export async function readDeparted(
  juju: Juju,
  unit: string,
  endpoint: Endpoint,
  requirer: Requirer,
): Promise<Relation> {
  const { relation } = requirer;
  const databag = await juju.relationGet(relation, unit);
  return {
    endpoint,
    relation,
    only: requirer,
    isSpokenFor: false,
    isAskedByApplication: undefined,
    wants: [],
    rejected: [],
    databag,
    published: INTERFACES[endpoint].parsePublished(databag),
  };
}

/**
 * Reads what every relation has been told by our unit, as far as Juju shows it.
 *
 * @param juju The hook tools.
 * @param unit Name of our unit.
 * @returns The relations, each with what it has been told.
 */
export async function readPublished(
  juju: Juju,
  unit: string,
): Promise<readonly Pick<Relation, "relation" | "published">[]> {
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

async function read(juju: Juju, relation: string, name: string): Promise<Sender> {
  return { name, databag: await juju.relationGet(relation, name) };
}

function isAskedBy(name: string, { wants, rejected }: Wants): boolean {
  return wants.some(({ requirer }) => requirer.name === name) ||
    rejected.some(({ unit }) => unit === name);
}
