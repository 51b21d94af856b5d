/**
 * The interfaces that we provide, each at an endpoint of its own: how relation data is read and
 * written there. Everything else is the same for all of them.
 *
 * @module
 */
import * as lxd from "./relation.ts";
import * as lxdHttps from "./lxd_https.ts";
import type { Requirer } from "./owner.ts";
import type { Databag, Publication, Published, Request } from "./relation.ts";

/** An endpoint that requirers relate to. */
export type Endpoint = "api" | "https";

/** The wire format of one interface. */
export interface Interface {
  /** Reads what a requirer asks for. Never fails: what cannot be read is rejected. */
  readonly parseRequest: (databag: Databag, requirer: Requirer) => Request;
  /**
   * Says whether an application's databag stands for those of its units; undefined where it never
   * does, so that nobody needs to look.
   */
  readonly speaksForUnits: ((application: Databag) => boolean) | undefined;
  /** Writes what a relation is told; an empty value stands for a key to delete. */
  readonly renderPublication: (publication: Publication) => Databag;
  /** Reads what a relation has been told. What cannot be read counts as absent. */
  readonly parsePublished: (databag: Databag) => Published;
}

/** The interface of each endpoint: `lxd` and `lxd-https`. */
export const INTERFACES: Readonly<Record<Endpoint, Interface>> = {
  api: {
    parseRequest: lxd.parseRequest,
    speaksForUnits: undefined,
    renderPublication: lxd.renderPublication,
    parsePublished: lxd.parsePublished,
  },
  https: {
    parseRequest: lxdHttps.parseRequest,
    speaksForUnits: lxdHttps.isRequest,
    renderPublication: lxdHttps.renderPublication,
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
