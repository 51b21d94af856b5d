/**
 * Events that happen to a settled deployment. Together they cause every kind of request to LXD.
 *
 * @module
 */
import type { TestCertificate } from "../certificates.ts";
import { sampleCharm } from "../juju/mod.ts";
import { APPLICATION } from "../harness/charm.ts";
import type { Interface, Offered } from "../harness/requirer.ts";
import { CERTIFICATES, type FixedDeployment } from "./fixed.ts";

/** An event, and its deployment. */
export interface Scenario {
  /** Its name. */
  readonly name: string;
  /** Number of the charm's units. */
  readonly units: number;
  /** Number of LXD's members. */
  readonly members: number;
  /** Prepares the deployment. The caller runs all hooks afterwards. */
  readonly prepare: (deployment: FixedDeployment) => Promise<void>;
  /** Makes the event happen. */
  readonly act: (deployment: FixedDeployment) => Promise<void> | void;
  /** Undoes the event, if that leaves no trace. The caller runs all hooks afterwards. */
  readonly undo?: (deployment: FixedDeployment) => void;
  /** Certificates that are trusted before, and wanted all the time. */
  readonly keeps: readonly TestCertificate[];
  /** Certificates of which at least one must always be trusted. May be empty. */
  readonly replaces: readonly TestCertificate[];
}

const { a, b, c, d } = CERTIFICATES;
const ALONE = { units: 1, members: 1, replaces: [] } as const;
const GARBAGE = "garbage";

/** A unit replaces one certificate, and keeps another. */
export const ROTATION: Scenario = {
  ...ALONE,
  name: "rotation",
  prepare: (deployment) => deploy(deployment, { "my-charm/0": [a, b], "other/0": [c] }),
  act: (deployment) => deployment.offer("my-charm/0", [b, d]),
  undo: (deployment) => deployment.offer("my-charm/0", [a, b]),
  keeps: [b, c],
  replaces: [a, d],
};

/** A unit replaces one certificate, and also sends garbage. Another unit already sent garbage. */
export const REJECTION: Scenario = {
  ...ROTATION,
  name: "rejection",
  prepare: (deployment) => deploy(deployment, { "my-charm/0": [a, b], "other/0": [c, GARBAGE] }),
  act: (deployment) => deployment.offer("my-charm/0", [b, d, GARBAGE]),
};

/** A unit leaves. Another unit wants one of its certificates. */
export const DEPARTURE: Scenario = {
  ...ALONE,
  name: "departure",
  prepare: (deployment) =>
    deploy(deployment, { "my-charm/0": [a, b], "my-charm/1": [b, d], "other/0": [c] }),
  act: ({ model }) => model.removeUnit("my-charm/0"),
  keeps: [b, c, d],
};

/** A relation is removed. Another relation wants one of its certificates. */
export const BROKEN: Scenario = {
  ...ALONE,
  name: "broken relation",
  prepare: (deployment) =>
    deploy(deployment, { "my-charm": [b, c], "my-charm/0": [a], "other/0": [c] }),
  act: ({ model, relation }) => model.removeRelation(relation("my-charm")),
  keeps: [c],
};

/** A relation is removed by force. Nobody can read or write its data. */
export const FORCED: Scenario = {
  ...BROKEN,
  name: "relation removed by force",
  act: ({ model, relation }) => model.removeRelation(relation("my-charm"), { force: true }),
};

/** A second requirer asks for a certificate that is registered. */
export const SHARING: Scenario = {
  ...ALONE,
  name: "sharing",
  prepare: (deployment) => deploy(deployment, { "my-charm/0": [a, b], "other/0": [c] }),
  act: (deployment) => deployment.offer("other/0", [a, c]),
  undo: (deployment) => deployment.offer("other/0", [c]),
  keeps: [a, b, c],
};

/** The operator restricts the access of all certificates. */
export const RESTRICTION: Scenario = {
  ...ALONE,
  name: "restriction",
  prepare: (deployment) => deploy(deployment, { "my-charm/0": [a] }),
  act: ({ model }) => model.configure(APPLICATION, { projects: "default" }),
  undo: ({ model }) => model.configure(APPLICATION, { projects: null }),
  keeps: [a],
};

/** The charm replaces the original charm, which published a and b. The entry of c is foreign. */
export const UPGRADE: Scenario = {
  ...ALONE,
  name: "upgrade",
  prepare: async (deployment) => {
    const { model, lxd } = deployment;
    await using original = await sampleCharm({
      "metadata.yaml": `{name: ${APPLICATION}, provides: {api: {interface: lxd}}}`,
      "config.yaml": "{options: {}}",
      "actions.yaml": "{}",
    });
    await model.deploy(original.path, { trust: true });
    const relation = deployment.addRequirer("my-charm", { units: 1 });
    deployment.offer("my-charm/0", [a, c]);
    for (const [name, { certificate }] of Object.entries({ a, b, c })) {
      await lxd.trust(certificate, { name });
    }
    await model.settle();
    const endpoint = lxd.members[0]?.endpoint;
    // The original wrote the JSON of a list into the JSON of the nodes.
    const trusted = JSON.stringify([a.fingerprint, b.fingerprint]);
    const nodes = [{ endpoint, name: "node", trusted_certs_fp: trusted }];
    relation.write(`${APPLICATION}/0`, { version: "1.0", nodes: JSON.stringify(nodes) });
  },
  act: ({ model, charm }) => model.refresh(APPLICATION, charm),
  keeps: [a, c],
};

/** A requirer of `lxd-https` replaces its certificate. */
export const HTTPS: Scenario = {
  ...ALONE,
  name: "rotation over lxd-https",
  prepare: (deployment) =>
    deploy(deployment, { "my-charm/0": [a], "other/0": [c] }, { "my-charm": "lxd-https" }),
  act: (deployment) => deployment.offer("my-charm/0", [d]),
  undo: (deployment) => deployment.offer("my-charm/0", [a]),
  keeps: [c],
  replaces: [a, d],
};

/** An application of `lxd-https` begins to write a databag that replaces those of its units. */
export const SPEAKER: Scenario = {
  ...HTTPS,
  name: "speaker over lxd-https",
  prepare: (deployment) =>
    deploy(deployment, { "my-charm/0": [a], "my-charm/1": [b], "other/0": [c] }, {
      "my-charm": "lxd-https",
    }),
  act: (deployment) => deployment.offer("my-charm", [d]),
  undo: ({ relation }) =>
    relation("my-charm").writeApp("my-charm", { version: "", certificate: "" }),
};

/**
 * Adds certificates in the requirers' application databags, so that the leader answers there.
 *
 * @param scenario A scenario with the requirers `my-charm` and `other`.
 */
export function withApplications(scenario: Scenario): Scenario {
  return {
    ...scenario,
    name: `${scenario.name}, applications asking`,
    prepare: async (deployment) => {
      await scenario.prepare(deployment);
      deployment.offer("my-charm", [b]);
      deployment.offer("other", [c]);
    },
  };
}

/**
 * Sets the number of the charm's units.
 *
 * @param scenario A scenario with one unit.
 */
export function withUnits(scenario: Scenario, units: number): Scenario {
  return {
    ...scenario,
    name: `${scenario.name}, ${units} units`,
    units,
    prepare: async (deployment) => {
      await scenario.prepare(deployment);
      for (let unit = 1; unit < units; unit++) deployment.model.addUnit(APPLICATION);
    },
  };
}

/**
 * Sets the number of LXD's members.
 *
 * @param scenario A scenario with one member.
 */
export function withMembers(scenario: Scenario, members: number): Scenario {
  return { ...scenario, name: `${scenario.name}, ${members} members`, members };
}

/** Deploys the charm, relates it to the requirers, and writes their certificates. */
async function deploy(
  deployment: FixedDeployment,
  offers: Readonly<Record<string, readonly Offered[]>>,
  interfaces: Readonly<Record<string, Interface>> = {},
): Promise<void> {
  await deployment.model.deploy(deployment.charm, { trust: true });
  const units = Object.keys(offers).filter((name) => name.includes("/"));
  const ofApplication = Map.groupBy(units, (name) => name.split("/")[0] ?? "");
  for (const [application, { length }] of ofApplication) {
    deployment.addRequirer(application, {
      units: length,
      interface: interfaces[application] ?? "lxd",
    });
  }
  for (const [requirer, certificates] of Object.entries(offers)) {
    deployment.offer(requirer, certificates);
  }
}
