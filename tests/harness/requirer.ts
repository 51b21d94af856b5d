/**
 * Applications that are related to the charm. A test writes the databags of an application without
 * a charm.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TestCertificate } from "../certificates.ts";
import type { Changes, Model, RelationHandle } from "../juju/mod.ts";
import { APPLICATION, UNIT } from "./charm.ts";

/** An interface of the charm. */
export type Interface = "lxd" | "lxd-https";

/** A certificate, or a text in place of one. */
export type Offered = TestCertificate | string;

/** Options of an application. */
export interface RequirerOptions {
  /** Number of units. @default {1} */
  readonly units?: number;
  /** Its interface. @default {"lxd"} */
  readonly interface?: Interface;
}

/** The data that the charm publishes over `lxd`. */
export interface Told {
  /** Names of the nodes. */
  readonly nodes: readonly string[];
  /** Their endpoints, in the same order. */
  readonly endpoints: readonly string[];
  /** Fingerprints of the trusted certificates, the same for every node. */
  readonly trusted: readonly string[];
  /** `registered_certificates`. */
  readonly registered: readonly string[];
  /** `rejected_certificates`. */
  readonly rejected: readonly {
    readonly unit: string;
    readonly fingerprint: string | null;
    readonly code?: string;
    readonly reason: string;
  }[];
  /** `certificates`. */
  readonly certificates: readonly {
    readonly fingerprint: string;
    readonly state: string;
    readonly projects?: readonly string[] | null;
    readonly expires_at: string | null;
    readonly code?: string;
    readonly reason?: string;
  }[];
  /** `server_certificate`. */
  readonly server: string | undefined;
}

/** An application that is related to the charm over `lxd`. */
export interface Requirer {
  /** Its name. */
  readonly name: string;
  /** Its relation with the charm. */
  readonly relation: RelationHandle;
  /** Writes `client_certificates` of a unit, by its number, or of the application. */
  readonly offer: (of: number | "application", certificates: readonly Offered[] | string) => void;
  /** Reads the data that a unit of the charm publishes. @default {the first unit} */
  readonly told: (unit?: string) => Told;
}

/** The charm's endpoint for each interface. */
export const ENDPOINTS: Readonly<Record<Interface, string>> = { lxd: "api", "lxd-https": "https" };

/** Adds an application without a charm, and relates it to the charm. */
export function addRequirer(
  model: Model,
  name: string,
  { units = 1, interface: spoken = "lxd" }: RequirerOptions = {},
): RelationHandle {
  const endpoints = { lxd: { role: "requires", interface: spoken } } as const;
  model.addApplication(name, { units, endpoints });
  return model.relate(`${APPLICATION}:${ENDPOINTS[spoken]}`, `${name}:lxd`);
}

/** Renders the keys that a requirer writes. Over `lxd-https` the certificates are one text. */
export function renderOffer(spoken: Interface, certificates: readonly Offered[]): Changes {
  const texts = certificates.map((item) => typeof item === "string" ? item : item.certificate);
  return spoken === "lxd"
    ? { client_certificates: JSON.stringify(texts) }
    : { version: "1.0", certificate: texts.join("") };
}

/** Relates a deployed application to the charm over `lxd`. */
export function relateRequirer(model: Model, name: string): Requirer {
  return requirerOf(name, model.relate(`${APPLICATION}:${ENDPOINTS.lxd}`, `${name}:lxd`));
}

/** Returns the requirer of a relation over `lxd`. */
export function requirerOf(name: string, relation: RelationHandle): Requirer {
  return {
    name,
    relation,
    offer: (of, certificates) => {
      const changes = typeof certificates === "string"
        ? { client_certificates: certificates }
        : renderOffer("lxd", certificates);
      if (of === "application") relation.writeApp(name, changes);
      else relation.write(`${name}/${of}`, changes);
    },
    told: (unit = UNIT) => readTold(relation.read(unit)),
  };
}

function readTold(databag: Readonly<Record<string, string>>): Told {
  const nodes: { name: string; endpoint: string; trusted_certs_fp: string[] }[] = JSON.parse(
    databag["nodes"] ?? "[]",
  );
  const trusted = nodes.map((node) => JSON.stringify(node.trusted_certs_fp));
  assert.ok(new Set(trusted).size <= 1, "every node lists the same fingerprints");
  return {
    nodes: nodes.map(({ name }) => name),
    endpoints: nodes.map(({ endpoint }) => endpoint),
    trusted: JSON.parse(trusted[0] ?? "[]"),
    registered: JSON.parse(databag["registered_certificates"] ?? "[]"),
    rejected: JSON.parse(databag["rejected_certificates"] ?? "[]"),
    certificates: JSON.parse(databag["certificates"] ?? "[]"),
    server: databag["server_certificate"],
  };
}
