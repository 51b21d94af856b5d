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

/** What decides where an answer belongs. */
export interface Asked {
  /** Whether the requirer's application asks for something; undefined if that is not known. */
  readonly isAskedByApplication: boolean | undefined;
  /** Whether LXD is a cluster. */
  readonly isClustered: boolean;
}

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
   * Says whether the answer belongs into the application's databag, too; undefined if that databag
   * stays as it is.
   */
  readonly isForApplication: (asked: Asked) => boolean | undefined;
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
    isForApplication: ({ isAskedByApplication }) => isAskedByApplication,
    parsePublished: lxd.parsePublished,
  },
  https: {
    parseWants: lxdHttps.parseWants,
    maySpeakForUnits: lxdHttps.maySpeakForUnits,
    renderPublication: lxdHttps.renderPublication,
    // The charm lxd does so, and its clients take data there for a cluster.
    isForApplication: ({ isClustered }) => isClustered,
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
