/**
 * The interfaces that the charm provides, each at an endpoint of its own. They differ in their wire
 * format only.
 *
 * @module
 */
import { type Databag, REQUIRER } from "../requirer/databag.ts";
import type { Publication, Published, Wants } from "../trust/want.ts";
import * as lxd from "./lxd.ts";
import type { Sender } from "./lxd.ts";
import * as lxdHttps from "./lxd_https.ts";

/** An endpoint that requirers relate to. */
export type Endpoint = "api" | "https";

/** Facts that decide which databags an answer belongs into. */
export interface Asked {
  /** Whether the requirer's application asks for something; undefined if that is not known. */
  readonly isAskedByApplication: boolean | undefined;
  /** Whether LXD is a cluster. */
  readonly isClustered: boolean;
}

/** The wire format of one interface. */
export interface Interface {
  /** The keys that are read of a requirer's databag. */
  readonly keys: readonly string[];
  /**
   * Parses the wants of an application and of its units in a relation. Never fails: what cannot be
   * read is rejected.
   */
  readonly parseWants: (
    relation: string,
    application: Sender,
    units: readonly Sender[],
  ) => Wants;
  /**
   * Returns whether an application's databag may replace those of its units; undefined if each databag
   * is read by itself.
   */
  readonly maySpeakForUnits: ((application: Databag) => boolean) | undefined;
  /** Writes a publication. An empty value deletes its key. */
  readonly renderPublication: (publication: Publication) => Databag;
  /**
   * Says whether the answer belongs into the application's databag, too; undefined if that databag
   * stays as it is.
   */
  readonly isForApplication: (asked: Asked) => boolean | undefined;
  /** Parses a publication. A key that cannot be read counts as absent. */
  readonly parsePublished: (databag: Databag) => Published;
}

/** The interface of each endpoint: `lxd` and `lxd-https`. */
export const INTERFACES: Readonly<Record<Endpoint, Interface>> = {
  api: {
    keys: Object.keys(REQUIRER),
    parseWants: lxd.parseWants,
    maySpeakForUnits: undefined,
    renderPublication: lxd.renderPublication,
    // Answers go where the question came from: the original charm wrote units' databags only.
    isForApplication: ({ isAskedByApplication }) => isAskedByApplication,
    parsePublished: lxd.parsePublished,
  },
  https: {
    keys: ["version", "certificate", "projects"],
    parseWants: lxdHttps.parseWants,
    maySpeakForUnits: lxdHttps.maySpeakForUnits,
    renderPublication: lxdHttps.renderPublication,
    // As the charm lxd. Its clients take data in an application's databag for a cluster.
    isForApplication: ({ isClustered }) => isClustered,
    parsePublished: lxdHttps.parsePublished,
  },
};

/** Names of the endpoints. */
export const ENDPOINTS = Object.keys(INTERFACES) as readonly Endpoint[];

/**
 * Says whether requirers relate to an endpoint.
 *
 * @example Two of the charm's endpoints
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(["api", "replicas"].map(isEndpoint), [true, false]);
 * ```
 */
export function isEndpoint(name: string): name is Endpoint {
  return Object.hasOwn(INTERFACES, name);
}
