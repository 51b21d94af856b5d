/**
 * Makes deployments with equal names, keys and certificates, so that tests can compare them.
 *
 * @module
 */
import { createCertificate, type TestCertificate } from "../certificates.ts";
import {
  type Clients,
  type Deployment,
  prepare,
  type PrepareOptions,
} from "../harness/deployment.ts";
import { createLightIdentity } from "../harness/light.ts";
import {
  addRequirer,
  type Interface,
  type Offered,
  renderOffer,
  type RequirerOptions,
} from "../harness/requirer.ts";
import { createTestClock, type TestClock } from "../harness/test_clock.ts";
import type { RelationHandle } from "../juju/mod.ts";
import { type StandIn, startStandIn } from "../lxd/stand_in.ts";
import type { DialectName } from "../lxd/stand_in_dialect.ts";
import type { LxdWorld } from "../lxd/world.ts";

/** A deployment that finds requirers by their names. */
export interface FixedDeployment extends Deployment {
  /** The clock for the time limits of hooks in this process. */
  readonly clock: TestClock;
  /** Adds an application without a charm, and relates it to the charm. */
  readonly addRequirer: (application: string, options: RequirerOptions) => RelationHandle;
  /** Returns the relation with such an application. */
  readonly relation: (application: string) => RelationHandle;
  /** Writes the certificates of a unit or an application. Over `lxd-https` there is only one. */
  readonly offer: (requirer: string, certificates: readonly Offered[]) => void;
}

const UUID = "00000000-0000-4000-8000-000000000003";

// P-256 keys are faster than Juju's, which are on P-384.
const CLIENTS: Clients = {
  credential: await createCertificate({ commonName: "juju" }),
  bystander: await createCertificate({ commonName: "someone else" }),
};
const IDENTITY = await createLightIdentity();

/** Certificates for requirers. The name of each is its common name. */
export const CERTIFICATES: Readonly<Record<"a" | "b" | "c" | "d", TestCertificate>> = {
  a: await createCertificate({ commonName: "a" }),
  b: await createCertificate({ commonName: "b" }),
  c: await createCertificate({ commonName: "c" }),
  d: await createCertificate({ commonName: "d" }),
};

/**
 * Starts a stand-in. All stand-ins present the same certificate.
 */
export async function startFixedStandIn(members: number, dialect: DialectName): Promise<StandIn> {
  return await startStandIn({ members, dialect, identity: IDENTITY });
}

/**
 * Makes a model without applications, beside an LXD that trusts only Juju and a bystander. Removes
 * all other entries of clients.
 */
export async function prepareFixed(
  lxd: LxdWorld,
  options: Pick<PrepareOptions, "running" | "charmUnderTest">,
): Promise<FixedDeployment> {
  for (const { fingerprint, type } of await lxd.trustStore()) {
    if (type === "client") await lxd.distrust(fingerprint);
  }
  const clock = createTestClock();
  const fixed = { clients: CLIENTS, model: { uuid: UUID }, clock };
  const deployment = await prepare(lxd, { ...options, ...fixed });
  return { ...deployment, ...createRequirers(deployment), clock };
}

interface Related {
  readonly spoken: Interface;
  readonly relation: RelationHandle;
}

function createRequirers({ model }: Deployment): Pick<
  FixedDeployment,
  "addRequirer" | "relation" | "offer"
> {
  const relations = new Map<string, Related>();
  const find = (application: string): Related => {
    const found = relations.get(application);
    if (found) return found;
    throw new RangeError(`Cannot find a relation with "${application}": it was not made`);
  };
  return {
    addRequirer: (application, options) => {
      const relation = addRequirer(model, application, options);
      relations.set(application, { spoken: options.interface ?? "lxd", relation });
      return relation;
    },
    relation: (application) => find(application).relation,
    offer: (requirer, certificates) => {
      const [application = "", unit] = requirer.split("/");
      const { spoken, relation } = find(application);
      const changes = renderOffer(spoken, certificates);
      if (unit === undefined) relation.writeApp(application, changes);
      else relation.write(requirer, changes);
    },
  };
}
