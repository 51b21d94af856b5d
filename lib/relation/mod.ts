/**
 * The interfaces that we provide, each at an endpoint of its own: how relation data is read and
 * written there. Everything else is the same for all of them.
 *
 * @module
 */
import * as lxd from "./lxd.ts";
import * as lxdHttps from "./lxd_https.ts";
import type { Sender } from "./lxd.ts";
import type { Publication, Published, Wants } from "../trust/want.ts";
import type { Databag } from "../requirer/databag.ts";

/** An endpoint that requirers relate to. */
export type Endpoint = "api" | "https";

/** The wire format of one interface. */
export interface Interface {
  /**
   * Reads what an application and units of it ask for in a relation. Never fails: what cannot be
   * read is rejected.
   */
  readonly parseWants: (
    relation: string,
    application: Sender,
    units: readonly Sender[],
  ) => Wants;
  /**
   * Says whether an application's databag may stand for those of its units; undefined where each
   * databag is read by itself.
   */
  readonly maySpeakForUnits: ((application: Databag) => boolean) | undefined;
  /** Writes what a relation is told; an empty value stands for a key to delete. */
  readonly renderPublication: (publication: Publication) => Databag;
  /**
   * Says whether the application's databag is to tell it, too; undefined for as before.
   * `isAsked`: whether the requirer's application asks, undefined where that is not known.
   */
  readonly isForApplication: (
    isAsked: boolean | undefined,
    publication: Publication,
  ) => boolean | undefined;
  /** Reads what a relation has been told. What cannot be read counts as absent. */
  readonly parsePublished: (databag: Databag) => Published;
}

/** The interface of each endpoint: `lxd` and `lxd-https`. */
export const INTERFACES: Readonly<Record<Endpoint, Interface>> = {
  api: {
    parseWants: lxd.parseWants,
    maySpeakForUnits: undefined,
    renderPublication: lxd.renderPublication,
    // Answers go where the question came from: the original charm wrote units' databags only.
    isForApplication: (isAsked) => isAsked,
    parsePublished: lxd.parsePublished,
  },
  https: {
    parseWants: lxdHttps.parseWants,
    maySpeakForUnits: lxdHttps.maySpeakForUnits,
    renderPublication: lxdHttps.renderPublication,
    // The charm lxd does so, and its clients take data there for a cluster.
    isForApplication: (_isAsked, { isClustered }) => isClustered,
    parsePublished: lxdHttps.parsePublished,
  },
};

/** Names of the endpoints. */
export const ENDPOINTS = Object.keys(INTERFACES) as readonly Endpoint[];

/**
 * Says whether a name is that of an endpoint which requirers relate to.
 *
 * @param name Any name.
 * @returns Whether it is.
 */
export function isEndpoint(name: string): name is Endpoint {
  return Object.hasOwn(INTERFACES, name);
}
