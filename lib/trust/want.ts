/**
 * What requirers want, and what they are told.
 *
 * @module
 */
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { Rejection } from "../requirer/databag.ts";
import type { Requirer } from "./owner.ts";
import type { Projects } from "./projects.ts";

/** A certificate that a requirer wants to have in LXD's trust store. */
export interface Want {
  /** Who wants it. */
  readonly requirer: Requirer;
  /** What to register. */
  readonly certificate: Certificate;
  /** The certificate as the requirer wrote it, to be repeated in `registered_certificates`. */
  readonly text: string;
  /** The LXD projects that it is to be restricted to. */
  readonly projects: Projects;
}

/** What requirers ask for. */
export interface Wants {
  /** Each certificate of a requirer once, in the order of the databag. */
  readonly wants: readonly Want[];
  /** What could not be read, each reason of a requirer once. */
  readonly rejected: readonly Rejection[];
}

/** A member of the cluster that serves clients, or the standalone server. */
export interface Node {
  /** `https://host:port`, an IPv6 host in brackets. */
  readonly endpoint: string;
  /** LXD's server name. */
  readonly name: string;
}

/** What a provider tells a relation. */
export interface Publication {
  /** The active nodes. */
  readonly nodes: readonly Node[];
  /** The certificates of this relation that are in the trust store, as their requirers wrote them. */
  readonly registered: ReadonlyMap<Fingerprint, string>;
  /** Those of them that are still to be taken over from the original charm. */
  readonly pending: ReadonlySet<Fingerprint>;
  /** Whether LXD is a cluster. */
  readonly isClustered: boolean;
  /** What the server that was asked listens at, `host:port`. */
  readonly addresses: readonly string[];
  /** What every node presents. */
  readonly server: Certificate;
  /** What could not be registered. */
  readonly rejected: readonly Rejection[];
}

/** What a provider's databag held before, as far as it can be read. */
export interface Published {
  /** Endpoints of the nodes. */
  readonly endpoints: readonly string[];
  /** The certificates that were registered, as their requirers wrote them. */
  readonly registered: ReadonlyMap<Fingerprint, string>;
  /** What had been rejected. */
  readonly rejected: readonly Rejection[];
  /** What the original charm listed as registered, and is still to be taken over. */
  readonly original: ReadonlySet<string>;
}
