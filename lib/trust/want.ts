/**
 * The certificates that requirers want, and the publications that answer them.
 *
 * @module
 */
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { CertificateState, Rejection } from "../requirer/databag.ts";
import type { Reason } from "../requirer/reason.ts";
import type { Requirer } from "./owner.ts";
import type { Projects } from "./projects.ts";

/** A certificate that a requirer wants in LXD's trust store. */
export interface Want {
  /** The requirer. */
  readonly requirer: Requirer;
  /** The certificate. */
  readonly certificate: Certificate;
  /** The certificate as the requirer wrote it. `registered_certificates` repeats it. */
  readonly text: string;
  /** The projects to restrict the client to; null if the requirer names none. */
  readonly projects: Projects;
}

/** A rejection of this version. What a former version published may lack the code. */
export interface CodedRejection extends Reason {
  /** Name of the unit, or of the application if its own databag held the item. */
  readonly unit: string;
  /** The certificate, or null if the item was none. */
  readonly fingerprint: string | null;
}

/** The wants of one requirer or several. */
export interface Wants {
  /** Each certificate of a requirer once, in the order of the databag. */
  readonly wants: readonly Want[];
  /** Rejections of what cannot be read, each reason of a requirer once. */
  readonly rejected: readonly CodedRejection[];
  /** The certificates that `rejected` names, for their expiry. */
  readonly refused: readonly Certificate[];
}

/** A member of the cluster that serves clients, or the standalone server. */
export interface Node {
  /** `https://host:port`, an IPv6 host in brackets. */
  readonly endpoint: string;
  /** LXD's server name. */
  readonly name: string;
}

/** The data that the charm writes to a relation. */
export interface Publication {
  /** The active nodes. */
  readonly nodes: readonly Node[];
  /** The certificates of this relation that are in the trust store, as their requirers wrote them. */
  readonly registered: ReadonlyMap<Fingerprint, string>;
  /** Those of them that are still to be adopted from the original charm. */
  readonly pending: ReadonlySet<Fingerprint>;
  /** Whether LXD is a cluster. */
  readonly isClustered: boolean;
  /** Addresses that the server listens at, `host:port`. */
  readonly addresses: readonly string[];
  /** The certificate that every node presents. */
  readonly server: Certificate;
  /** The rejections. */
  readonly rejected: readonly Rejection[];
  /** The state of each certificate, sorted by fingerprint. */
  readonly certificates: readonly CertificateState[];
}

/** A former publication, as far as it can be read from a databag of the charm. */
export interface Published {
  /** Endpoints of the nodes. */
  readonly endpoints: readonly string[];
  /** The registered certificates, as their requirers wrote them. */
  readonly registered: ReadonlyMap<Fingerprint, string>;
  /** The rejections. */
  readonly rejected: readonly Rejection[];
  /** The state of each certificate, by its fingerprint. */
  readonly certificates: ReadonlyMap<string, CertificateState>;
  /** Fingerprints that the original charm published, and that are still to be adopted. */
  readonly original: ReadonlySet<string>;
}
