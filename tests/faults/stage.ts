/**
 * The charm beside an LXD, always made of the same things, so that what became of two stages can be
 * compared.
 *
 * @module
 */
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { runProcess } from "../juju/agent/runner.ts";
import { createModel, type Model, type RelationHandle } from "../juju/model.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { DialectName } from "../lxd/stand_in_dialect.ts";
import { createIdentity } from "../lxd/stand_in_member.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { APPLICATION, BYSTANDER } from "../harness/charm.ts";
import { cloudOf } from "../harness/cloud.ts";
import { runInProcess } from "../harness/in_process.ts";

/** A stage. Disposal ends the model, and leaves LXD. */
export interface Stage extends AsyncDisposable {
  /** Where the charm runs. */
  readonly model: Model;
  /** What it manages. */
  readonly lxd: LxdWorld;
  /** Path of the charm: the built one, or one whose hooks run in process only. */
  readonly charm: string;
  /** Says how hooks run from now on; in process until then. */
  readonly run: (running: Running) => void;
  /** Adds an application that is related to the charm, by default over `lxd`, driven by hand. */
  readonly relate: (application: string, units: number, over?: Over) => RelationHandle;
  /** The relation with such an application. */
  readonly relation: (application: string) => RelationHandle;
  /** Writes the certificates of a unit, or of an application; over `lxd-https` that is one. */
  readonly offer: (requirer: string, certificates: readonly (TestCertificate | string)[]) => void;
}

/** An interface of the charm. */
export type Over = "lxd" | "lxd-https";

/** How hooks run: as processes they can be run by the built charm only. */
export type Running = "in process" | "built";

/** What a stage is set with. */
export interface StageOptions {
  /** LXD; whatever its trust store holds of clients is removed. */
  readonly lxd: LxdWorld;
  /** Path of the charm. */
  readonly charm: string;
}

const ENDPOINTS: Readonly<Record<Over, string>> = { lxd: "api", "lxd-https": "https" };
const UUID = "00000000-0000-4000-8000-000000000003";

/** What every entry of ours is called first. */
export const PREFIX = `${APPLICATION}@${UUID}:`;

const [CREDENTIAL, SOMEONE, IDENTITY] = await Promise.all([
  createCertificate({ key: "p384", commonName: "juju" }),
  createCertificate({ commonName: "someone else" }),
  createIdentity(),
]);

/** Certificates that requirers offer, each with its name as the common name. */
export const CERTIFICATES: Readonly<Record<"a" | "b" | "c" | "d", TestCertificate>> = {
  a: await createCertificate({ commonName: "a" }),
  b: await createCertificate({ commonName: "b" }),
  c: await createCertificate({ commonName: "c" }),
  d: await createCertificate({ commonName: "d" }),
};

/**
 * Starts a stand-in that presents the same certificate as every other one.
 *
 * @param members Number of its members.
 * @param dialect The version it behaves like.
 * @returns The stand-in.
 */
export async function startSameStandIn(members: number, dialect: DialectName): Promise<StandIn> {
  return await startStandIn({ members, dialect, identity: IDENTITY });
}

/**
 * Sets a stage: a model without applications, and an LXD that knows Juju and a bystander.
 *
 * @param options What with.
 * @returns The stage.
 */
export async function setStage({ lxd, charm }: StageOptions): Promise<Stage> {
  for (const { fingerprint, type } of await lxd.trustStore()) {
    if (type === "client") await lxd.distrust(fingerprint);
  }
  await lxd.trust(CREDENTIAL.certificate, { name: "juju" });
  await lxd.trust(SOMEONE.certificate, { name: BYSTANDER });
  let run = runInProcess;
  const model = await createModel({
    uuid: UUID,
    cloud: cloudOf(lxd, CREDENTIAL),
    run: (execution) => run(execution),
  });
  const relations = new Map<string, { readonly over: Over; readonly relation: RelationHandle }>();
  const find = (application: string) => {
    const found = relations.get(application);
    if (found) return found;
    throw new RangeError(`Cannot find a relation with "${application}": it was not made`);
  };
  return {
    model,
    lxd,
    charm,
    run: (running) => {
      run = running === "built" ? runProcess : runInProcess;
    },
    relate: (application, units, over = "lxd") => {
      const endpoints = { lxd: { role: "requires", interface: over } } as const;
      model.addApplication(application, { units, endpoints });
      const relation = model.relate(`${APPLICATION}:${ENDPOINTS[over]}`, `${application}:lxd`);
      relations.set(application, { over, relation });
      return relation;
    },
    relation: (application) => find(application).relation,
    offer: (requirer, certificates) => {
      const [application = "", unit] = requirer.split("/");
      const texts = certificates.map((item) => typeof item === "string" ? item : item.certificate);
      const { over, relation: to } = find(application);
      const changes = over === "lxd"
        ? { client_certificates: JSON.stringify(texts) }
        : { version: "1.0", certificate: texts.join("") };
      if (unit === undefined) to.writeApp(application, changes);
      else to.write(requirer, changes);
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}
