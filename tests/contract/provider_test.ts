import assert from "node:assert/strict";
import { createPinnedFetch } from "../../lib/requirer/pinned_fetch.ts";
import type { RelationHandle } from "../juju/mod.ts";
import { startCluster } from "../lxd/real.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { withoutNetworkKeys } from "../harness/databag.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { addRequirer } from "../harness/requirer.ts";
import { type Change, HISTORIES, type History, type Step } from "./histories.ts";
import {
  createNamedCertificates,
  type Facts,
  fingerprintOf,
  type Interface,
  type NamedCertificates,
  nameOf,
  type WayIn,
} from "./interface.ts";
import { LXD } from "./lxd.ts";
import { type Case, checkByPython, checkByShell } from "./readers.ts";
import { LXD_HTTPS } from "./lxd_https.ts";

const INTERFACES: readonly Interface[] = [LXD, LXD_HTTPS];

/** A relation that follows a history of the table. */
interface TestedRelation {
  readonly deployment: Deployment;
  readonly spoken: Interface;
  readonly relation: RelationHandle;
  readonly facts: Facts;
  /** The answers so far, for other requirers to read. */
  readonly cases: Case[];
}

function makeChange(change: Change, { deployment, spoken, relation, facts }: TestedRelation): void {
  const { model } = deployment;
  const { application, named } = facts;
  if ("writes" in change) {
    const databag = spoken.write(change.writes, named);
    const { of } = change.writes;
    if (of === "application") relation.writeApp(application, databag);
    else relation.write(nameOf(of, application), databag);
  } else if ("confines" in change) {
    model.configure(APPLICATION, { projects: change.confines.join(",") });
  } else if ("adds" in change) {
    model.addUnit(application);
  } else if (change.removes === "relation") {
    model.removeRelation(relation);
  } else {
    model.removeUnit(nameOf(change.removes, application));
  }
}

async function checkAnswer(
  step: Step,
  { spoken, relation, facts, cases }: TestedRelation,
): Promise<void> {
  const databag = withoutNetworkKeys(relation.read(UNIT));
  assert.deepEqual(databag, spoken.answer(step, facts));
  const isForApplication = spoken.isForApplication(relation.readApp(facts.application));
  assert.deepEqual(relation.readApp(APPLICATION), isForApplication ? databag : {});
  spoken.check(databag, step, facts.named);
  await checkAccess(step, spoken.wayIn(databag), facts.named);
  if (spoken.name !== "lxd") return;
  const one = { databag, expected: step };
  cases.push(one);
  // The example names no project in its requests, as a restricted client must.
  const endpoints = facts.nodes.map(({ endpoint }) => endpoint);
  if (!step.projects) await checkByShell(one, facts.named, endpoints);
}

/** Checks the access of each good certificate at each node. */
async function checkAccess(
  step: Step,
  wayIn: WayIn | undefined,
  named: NamedCertificates,
): Promise<void> {
  for (const name of ["a", "b", "c"] as const) {
    const isTrusted = step.trusted.includes(name);
    assert.ok(wayIn || !isTrusted, `${name} is trusted, so the databag must hold the way in`);
    if (!wayIn) continue;
    const { endpoints, server } = wayIn;
    using lxd = createPinnedFetch({ ...named[name], server });
    const answers = endpoints.map(async (endpoint) => {
      return (await (await lxd.fetch(`${endpoint}/1.0`)).json()).metadata.auth;
    });
    const expected = endpoints.map(() => isTrusted ? "trusted" : "untrusted");
    assert.deepEqual(await Promise.all(answers), expected, name);
  }
}

/** Compares the trust store with the table. */
async function checkStore(
  step: Step,
  { deployment, facts: { named } }: TestedRelation,
): Promise<void> {
  const ours = await deployment.ours();
  const entries = (await deployment.lxd.trustStore()).filter(({ fingerprint }) =>
    fingerprint in ours
  );
  const { trusted, projects } = step;
  const restriction = { restricted: projects !== undefined, projects: projects ?? [] };
  assert.deepEqual(
    entries.map(({ fingerprint, restricted, projects }) => {
      return { fingerprint, restricted, projects: projects.toSorted() };
    }),
    trusted.map((name) => ({ fingerprint: fingerprintOf(name, named) ?? "", ...restriction }))
      .sort((a, b) => a.fingerprint < b.fingerprint ? -1 : 1),
  );
}

async function runHistory({ steps }: History, tested: TestedRelation): Promise<void> {
  const { deployment, relation } = tested;
  try {
    for (const step of steps) {
      makeChange(step, tested);
      await deployment.settle();
      if (relation.exists()) await checkAnswer(step, tested);
      await checkStore(step, tested);
    }
  } finally {
    if (relation.exists()) deployment.model.removeRelation(relation);
    deployment.model.configure(APPLICATION, { projects: "" });
    await deployment.settle();
  }
}

Deno.test("the charm keeps the contract over a cluster", async (t) => {
  await using lxd = await startCluster();
  for (const project of ["web", "db"]) await lxd.createProject(project);
  await using deployment = await deploy(lxd);
  const before = await lxd.trustStore();
  const named = await createNamedCertificates();
  const nodes = lxd.members.map(({ endpoint, name }) => ({ endpoint, name }));
  const { serverCertificate } = lxd;
  const cases: Case[] = [];
  for (const spoken of INTERFACES) {
    const histories = HISTORIES.filter(({ interfaces }) => interfaces.includes(spoken.name));
    for (const [index, history] of histories.entries()) {
      await t.step(`${spoken.name}: ${history.name}`, async () => {
        const application = `${spoken.name}-${String.fromCharCode(97 + index)}`;
        const relation = addRequirer(deployment.model, application, {
          units: history.units ?? 1,
          interface: spoken.name,
        });
        const facts = { named, application, nodes, serverCertificate };
        await runHistory(history, { deployment, spoken, relation, facts, cases });
        assert.deepEqual(await lxd.trustStore(), before);
      });
    }
  }
  await t.step("lxd: the library in Python reads each answer", () => checkByPython(cases, named));
});
