/**
 * The contract of the interface `lxd-https` with the public charms that speak it: what each of them
 * writes, reads and expects. `docs/interface-lxd-https.md` says the same in words.
 *
 * @module
 */
import type { Databag } from "../../lib/requirer/databag.ts";

/** A provider of the interface. */
export interface Provider {
  /** The keys that it always writes, each with the format of its value. */
  readonly keys: Readonly<Record<string, RegExp>>;
  /** The databag with the answer of a single server, and of a cluster. */
  readonly answersIn: { readonly single: "unit"; readonly cluster: "application" };
}

/** What a requirer sees of the other side: databags, by the names of applications and units. */
export interface Seen {
  /** The provider's application databag. */
  readonly application: Databag;
  /** The databags of the provider's units. */
  readonly units: Readonly<Record<string, Databag>>;
}

/** The connection that a requirer makes of what it sees. */
export interface Connection {
  /** `host:port`. */
  readonly address: string;
  /** The certificate that it expects the server to present: a PEM, or a fingerprint. */
  readonly server: string;
  /** The LXD project that it works in, if it does not choose one itself. */
  readonly project?: string;
}

/** A requirer of the interface. */
export interface Requirer {
  /** The keys that it writes into the databag of each unit. */
  readonly unit: (certificate: string) => Databag;
  /** The keys that its leader writes into the databag of the application. */
  readonly application: (certificate: string) => Databag;
  /** Reads in the `relation-changed` of a unit; undefined if it goes on waiting. */
  readonly connect: (seen: Seen, unit: string) => Connection | undefined;
}

const PEM = /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n?$/;
const ADDRESSES = /^(?:\[[0-9a-f:]+\]|[\w.-]+):\d+(?:,(?:\[[0-9a-f:]+\]|[\w.-]+):\d+)*$/;
const FINGERPRINT = /^[0-9a-f]{64}$/;
const WRITES = (certificate: string): Databag => ({ version: "1.0", certificate });

/** The providers. */
export const PROVIDERS: Readonly<Record<string, Provider>> = {
  "charm-lxd": {
    keys: {
      version: /^1\.0$/,
      certificate: PEM,
      certificate_fingerprint: FINGERPRINT,
      addresses: ADDRESSES,
    },
    answersIn: { single: "unit", cluster: "application" },
  },
  "lxd-integrator-k8s": {
    keys: { version: /^1\.0$/, certificate_fingerprint: FINGERPRINT, addresses: ADDRESSES },
    answersIn: { single: "unit", cluster: "application" },
  },
};

/** The requirers. */
export const REQUIRERS: Readonly<Record<string, Requirer>> = {
  "https-client": {
    unit: WRITES,
    application: () => ({}),
    connect: ({ application, units }, unit) => {
      const found = [application, units[unit] ?? {}].find(({ version }) => version);
      if (found?.["version"] !== "1.0") return undefined;
      const { addresses, certificate } = found;
      const [address = ""] = (addresses ?? "").split(",");
      return address && certificate ? { address, server: certificate } : undefined;
    },
  },
  "openshell-gateway-k8s": {
    unit: WRITES,
    application: WRITES,
    connect: ({ application, units }) => {
      const found = [application, ...Object.values(units)].find(({ addresses }) => addresses);
      const { addresses = "", certificate, certificate_fingerprint: fingerprint, project } =
        found ?? {};
      const [address = ""] = addresses.split(",");
      const isRefused = (fingerprint && !FINGERPRINT.test(fingerprint)) ||
        (project && !/^[\w.-]{1,63}$/.test(project)) || !/^[\w.:[\]-]+:\d+$/.test(address);
      const server = fingerprint ?? certificate;
      if (isRefused || !server) return undefined;
      return { address, server, ...project && { project } };
    },
  },
};
