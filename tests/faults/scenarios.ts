/**
 * Events that happen to a settled charm. Together they cause every kind of request to LXD.
 *
 * @module
 */
import type { TestCertificate } from "../certificates.ts";
import { sampleCharm } from "../juju/mod.ts";
import { APPLICATION } from "../harness/charm.ts";
import type { Interface, Offered } from "../harness/requirer.ts";
import { CERTIFICATES, type FixedDeployment } from "./fixed.ts";

/** An event, with the deployment that it happens to. */
export interface Scenario {
  /** Its name. */
  readonly name: string;
  /** Number of the charm's units. */
  readonly units: number;
  /** Number of LXD's members. */
  readonly members: number;
  /** Prepares the deployment; all hooks are run afterwards. */
  readonly prepare: (deployment: FixedDeployment) => Promise<void>;
  /** Lets the event happen. */
  readonly act: (deployment: FixedDeployment) => Promise<void> | void;
  /** Undoes the event, if that is possible without a trace; all hooks are run afterwards. */
  readonly undo?: (deployment: FixedDeployment) => void;
  /** The certificates that are trusted before, and wanted all the time. */
  readonly keeps: readonly TestCertificate[];
  /** Certificates of which one at least must be trusted all the time; none for no such. */
  readonly replaces: readonly TestCertificate[];
}

const { a, b, c, d } = CERTIFICATES;
const ALONE = { units: 1, members: 1, replaces: [] } as const;
const GARBAGE = "garbage";

/** A unit offers another certificate, and keeps one. */
export const ROTATION: Scenario = {
  ...ALONE,
  name: "rotation",
  prepare: (deployment) => deploy(deployment, { "my-charm/0": [a, b], "other/0": [c] }),
  act: (deployment) => deployment.offer("my-charm/0", [b, d]),
  undo: (deployment) => deployment.offer("my-charm/0", [a, b]),
  keeps: [b, c],
  replaces: [a, d],
};

/** A unit offers another certificate, and garbage, as another one has done before. */
export const REJECTION: Scenario = {
  ...ROTATION,
  name: "rejection",
  prepare: (deployment) => deploy(deployment, { "my-charm/0": [a, b], "other/0": [c, GARBAGE] }),
  act: (deployment) => deployment.offer("my-charm/0", [b, d, GARBAGE]),
};

/** A unit leaves; another one stays, which wants one of its certificates. */
export const DEPARTURE: Scenario = {
  ...ALONE,
  name: "departure",
  prepare: (deployment) =>
    deploy(deployment, { "my-charm/0": [a, b], "my-charm/1": [b, d], "other/0": [c] }),
  act: ({ model }) => model.removeUnit("my-charm/0"),
  keeps: [b, c, d],
};

/** A relation is removed, and another one wants a certificate of it. */
export const BROKEN: Scenario = {
  ...ALONE,
  name: "broken relation",
  prepare: (deployment) =>
    deploy(deployment, { "my-charm": [b, c], "my-charm/0": [a], "other/0": [c] }),
  act: ({ model, relation }) => model.removeRelation(relation("my-charm")),
  keeps: [c],
};

/** The same by force: nothing of the relation can be read or written any more. */
export const FORCED: Scenario = {
  ...BROKEN,
  name: "relation removed by force",
  act: ({ model, relation }) => model.removeRelation(relation("my-charm"), { force: true }),
};

/** A second requirer comes to want a certificate. */
export const SHARING: Scenario = {
  ...ALONE,
  name: "sharing",
  prepare: (deployment) => deploy(deployment, { "my-charm/0": [a, b], "other/0": [c] }),
  act: (deployment) => deployment.offer("other/0", [a, c]),
  undo: (deployment) => deployment.offer("other/0", [c]),
  keeps: [a, b, c],
};

/** The operator restricts what certificates give access to. */
export const RESTRICTION: Scenario = {
  ...ALONE,
  name: "restriction",
  prepare: (deployment) => deploy(deployment, { "my-charm/0": [a] }),
  act: ({ model }) => model.configure(APPLICATION, { projects: "default" }),
  undo: ({ model }) => model.configure(APPLICATION, { projects: null }),
  keeps: [a],
};

/** The charm takes over from the original one, which published a and b; c is foreign. */
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
    // The JSON of a list in the JSON of the nodes.
    const trusted = JSON.stringify([a.fingerprint, b.fingerprint]);
    const nodes = [{ endpoint, name: "node", trusted_certs_fp: trusted }];
    relation.write(`${APPLICATION}/0`, { version: "1.0", nodes: JSON.stringify(nodes) });
  },
  act: ({ model, charm }) => model.refresh(APPLICATION, charm),
  keeps: [a, c],
};

/** A requirer of `lxd-https` offers another certificate. */
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

/** An application comes to speak for its units over `lxd-https`. */
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
 * Lets the requirers' applications ask as well, so that the leader answers in the application's databag.
 *
 * @param scenario A scenario with the requirers `my-charm` and `other`.
 * @returns The scenario with what their applications ask for.
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
 * Gives the charm further units.
 *
 * @param scenario A scenario with one unit.
 * @param units Number of units.
 * @returns The scenario with all of them.
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
 * Gives LXD further members.
 *
 * @param scenario A scenario with one member.
 * @param members Number of members.
 * @returns The scenario with a cluster.
 */
export function withMembers(scenario: Scenario, members: number): Scenario {
  return { ...scenario, name: `${scenario.name}, ${members} members`, members };
}

/** Deploys the charm, and relates it to the requirers with what they offer. */
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
