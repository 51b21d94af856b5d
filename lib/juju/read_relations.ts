/**
 * Reads relations from Juju: what requirers want, and what this unit has published. Independent hook
 * tools run at the same time.
 *
 * @module
 */
import type { Sender } from "../relation/lxd.ts";
import { type Endpoint, ENDPOINTS, INTERFACES } from "../relation/mod.ts";
import type { Certificate } from "../requirer/certificate.ts";
import type { Databag } from "../requirer/databag.ts";
import type { Requirer } from "../trust/owner.ts";
import type { CodedRejection, Published, Want, Wants } from "../trust/want.ts";
import type { Reader } from "./context.ts";
import type { Juju } from "./hook_tools.ts";
import { unlessRefused } from "./refusal.ts";

/** Names one relation. */
export interface RelationId {
  /** Our endpoint of it. */
  readonly endpoint: Endpoint;
  /** Its number. */
  readonly relation: string;
}

/** Names one requirer of a relation. */
export interface RequirerId {
  /** Our endpoint of the relation. */
  readonly endpoint: Endpoint;
  /** The unit, or the application. */
  readonly requirer: Requirer;
}

/** One relation, as Juju shows it. */
export interface Relation extends RelationId {
  /** The one requirer that was read, or that is gone; undefined if all of them were read. */
  readonly only: Requirer | undefined;
  /** Whether the application's databag replaces those of its units. */
  readonly isSpokenFor: boolean;
  /** Whether the application's databag asks for something; undefined if it was not read. */
  readonly isAskedByApplication: boolean | undefined;
  /** The certificates wanted by the requirers read. */
  readonly wants: readonly Want[];
  /** Rejections of unreadable keys. */
  readonly rejected: readonly CodedRejection[];
  /** The certificates that these name. */
  readonly refused: readonly Certificate[];
  /** This unit's databag. */
  readonly databag: Databag;
  /** The publication in this unit's databag. */
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
 * Reads every databag of every relation. A relation that Juju refuses to show does not stop the
 * others from being read.
 *
 * @param gone Id of a relation that is gone. Juju may still list it.
 */
export async function readRelations(context: Reader, gone?: string): Promise<Relations> {
  const listed = (await listRelations(context.juju)).filter(({ relation }) => relation !== gone);
  const read = await Promise.all(listed.map((id) => unlessRefused(readRelation(context, id))));
  const relations = read.filter((relation) => relation !== undefined);
  const ids = new Set(listed.map(({ relation }) => relation));
  return {
    relations,
    unread: ids.difference(new Set(relations.map(({ relation }) => relation))),
    ids,
  };
}

/** Reads every databag of one relation. */
export async function readRelation(
  { juju, unit }: Reader,
  { endpoint, relation }: RelationId,
): Promise<Relation> {
  const { parsePublished, parseWants, maySpeakForUnits } = INTERFACES[endpoint];
  const [names, name, databag] = await Promise.all([
    juju.relationList(relation),
    juju.relationApplication(relation),
    juju.relationGet(relation, unit),
  ]);
  const [application, ...units] = await Promise.all([
    readSender(juju, { endpoint, relation }, name),
    ...names.map((name) => readSender(juju, { endpoint, relation }, name)),
  ]);
  const wants = parseWants(relation, application, units);
  const isAskedByApplication = isAskedBy(name, wants);
  return {
    endpoint,
    relation,
    only: undefined,
    // An application's databag that may replace those of its units does so once it asks.
    isSpokenFor: maySpeakForUnits !== undefined && isAskedByApplication,
    isAskedByApplication,
    ...wants,
    databag,
    published: parsePublished(databag),
  };
}

/**
 * Reads the wants of one requirer. If the application's databag replaces its units', or one databag
 * may depend on the other, the whole relation is read.
 *
 * @returns The relation with this one requirer, or with all of them.
 */
export async function readRequirer(
  context: Reader,
  { endpoint, requirer }: RequirerId,
): Promise<Relation> {
  const { juju, unit } = context;
  const { relation, name } = requirer;
  const { parsePublished, parseWants, maySpeakForUnits } = INTERFACES[endpoint];
  const readWhole = () => readRelation(context, { endpoint, relation });
  const [owner = ""] = name.split("/");
  const isUnit = owner !== name;
  if (maySpeakForUnits && !isUnit) return await readWhole();
  const [sender, application, databag] = await Promise.all([
    readSender(juju, { endpoint, relation }, name),
    maySpeakForUnits
      ? readSender(juju, { endpoint, relation }, owner)
      : { name: owner, databag: {} },
    juju.relationGet(relation, unit),
  ]);
  if (maySpeakForUnits?.(application.databag)) return await readWhole();
  const { wants, rejected, refused } = isUnit
    ? parseWants(relation, application, [sender])
    : parseWants(relation, sender, []);
  const ofRequirer = {
    wants: wants.filter(({ requirer }) => requirer.name === name),
    rejected: rejected.filter(({ unit }) => unit === name),
    refused,
  };
  return {
    endpoint,
    relation,
    only: requirer,
    isSpokenFor: false,
    isAskedByApplication: isUnit ? undefined : isAskedBy(name, ofRequirer),
    ...ofRequirer,
    databag,
    published: parsePublished(databag),
  };
}

/**
 * Reads the publication to a relation that a requirer has left. Juju still shows the requirer's
 * databag, but it no longer counts.
 *
 * @returns The relation, in which this requirer asks for nothing.
 */
export async function readDeparted(
  { juju, unit }: Reader,
  { endpoint, requirer }: RequirerId,
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
    refused: [],
    databag,
    published: INTERFACES[endpoint].parsePublished(databag),
  };
}

/** Reads this unit's publication to every relation that Juju shows. */
export async function readPublished(
  { juju, unit }: Reader,
): Promise<readonly Pick<Relation, "relation" | "published">[]> {
  const ids = await listRelations(juju);
  const read = await Promise.all(ids.map(async ({ endpoint, relation }) => {
    const databag = await unlessRefused(juju.relationGet(relation, unit));
    return databag && { relation, published: INTERFACES[endpoint].parsePublished(databag) };
  }));
  return read.filter((one) => one !== undefined);
}

/** Lists the relations of all endpoints. */
export async function listRelations(juju: Juju): Promise<readonly RelationId[]> {
  const ids = await Promise.all(ENDPOINTS.map(async (endpoint) => {
    const relations = await juju.relationIds(endpoint);
    return relations.map((relation) => ({ endpoint, relation }));
  }));
  return ids.flat();
}

/** Reads what an application or unit wrote, as far as the interface knows it. */
async function readSender(
  juju: Juju,
  { endpoint, relation }: RelationId,
  name: string,
): Promise<Sender> {
  const { keys } = INTERFACES[endpoint];
  return { name, databag: await juju.relationGet(relation, name, keys) };
}

function isAskedBy(name: string, { wants, rejected }: Wants): boolean {
  return wants.some(({ requirer }) => requirer.name === name) ||
    rejected.some(({ unit }) => unit === name);
}
