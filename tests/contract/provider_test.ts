import assert from "node:assert/strict";
import { createPinnedFetch } from "../../lib/pinned_fetch.ts";
import type { Model, RelationHandle } from "../juju/model.ts";
import { startCluster } from "../lxd/real.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { withoutNetworkKeys } from "../harness/databag.ts";
import { deploy, type World } from "../harness/deployment.ts";
import { type Deed, HISTORIES, type History, type Step } from "./histories.ts";
import {
  type Cast,
  createCast,
  type Facts,
  fingerprintOf,
  type Interface,
  nameOf,
  type WayIn,
} from "./interface.ts";
import { LXD } from "./lxd.ts";
import { LXD_HTTPS } from "./lxd_https.ts";

const INTERFACES: readonly Interface[] = [LXD, LXD_HTTPS];

/** A relation of the table, in a model. */
interface Stage {
  readonly world: World;
  readonly spoken: Interface;
  readonly relation: RelationHandle;
  readonly facts: Facts;
}

function act(model: Model, deed: Deed, { spoken, relation, facts }: Stage): void {
  const { application, cast } = facts;
  if ("writes" in deed) {
    const databag = spoken.write(deed.writes, cast);
    const { of } = deed.writes;
    if (of === "application") relation.writeApp(application, databag);
    else relation.write(nameOf(of, application), databag);
  } else if ("confines" in deed) {
    model.configure(APPLICATION, { projects: deed.confines.join(",") });
  } else if ("adds" in deed) {
    model.addUnit(application);
  } else if (deed.removes === "relation") {
    model.removeRelation(relation);
  } else {
    model.removeUnit(nameOf(deed.removes, application));
  }
}

async function checkAnswer(step: Step, { spoken, relation, facts }: Stage): Promise<void> {
  const databag = withoutNetworkKeys(relation.read(UNIT));
  assert.deepEqual(databag, spoken.answer(step, facts));
  const isForApplication = spoken.isForApplication(relation.readApp(facts.application));
  assert.deepEqual(relation.readApp(APPLICATION), isForApplication ? databag : {});
  spoken.check(databag, step, facts.cast);
  await checkAccess(step, spoken.wayIn(databag), facts.cast);
}

/** Enters every node with every good certificate. */
async function checkAccess(step: Step, wayIn: WayIn | undefined, cast: Cast): Promise<void> {
  for (const name of ["a", "b", "c"] as const) {
    const isTrusted = step.trusted.includes(name);
    assert.ok(wayIn || !isTrusted, `${name} is trusted, so its requirer must be told the way in`);
    if (!wayIn) continue;
    const { endpoints, server } = wayIn;
    using lxd = createPinnedFetch({ ...cast[name], server });
    const answers = endpoints.map(async (endpoint) => {
      return (await (await lxd.fetch(`${endpoint}/1.0`)).json()).metadata.auth;
    });
    const expected = endpoints.map(() => isTrusted ? "trusted" : "untrusted");
    assert.deepEqual(await Promise.all(answers), expected, name);
  }
}

/** Holds the trust store against the table. */
async function checkStore(step: Step, { world, facts: { cast } }: Stage): Promise<void> {
  const ours = await world.ours();
  const entries = (await world.lxd.trustStore()).filter(({ fingerprint }) => fingerprint in ours);
  const { trusted, projects } = step;
  const restriction = { restricted: projects !== undefined, projects: projects ?? [] };
  assert.deepEqual(
    entries.map(({ fingerprint, restricted, projects }) => {
      return { fingerprint, restricted, projects: projects.toSorted() };
    }),
    trusted.map((name) => ({ fingerprint: fingerprintOf(name, cast) ?? "", ...restriction }))
      .sort((a, b) => a.fingerprint < b.fingerprint ? -1 : 1),
  );
}

async function play({ steps }: History, stage: Stage): Promise<void> {
  const { world, relation } = stage;
  try {
    for (const step of steps) {
      act(world.model, step, stage);
      await world.settle();
      if (relation.exists()) await checkAnswer(step, stage);
      await checkStore(step, stage);
    }
  } finally {
    if (relation.exists()) world.model.removeRelation(relation);
    world.model.configure(APPLICATION, { projects: "" });
    await world.settle();
  }
}

Deno.test("the charm answers as the contract says, over a cluster", async (t) => {
  await using lxd = await startCluster();
  for (const project of ["web", "db"]) await lxd.createProject(project);
  await using world = await deploy(lxd);
  const before = await lxd.trustStore();
  const cast = await createCast();
  const nodes = lxd.members.map(({ endpoint, name }) => ({ endpoint, name }));
  const { serverCertificate } = lxd;
  for (const spoken of INTERFACES) {
    const histories = HISTORIES.filter(({ interfaces }) => interfaces.includes(spoken.name));
    for (const [index, history] of histories.entries()) {
      await t.step(`${spoken.name}: ${history.name}`, async () => {
        const application = `${spoken.name}-${String.fromCharCode(97 + index)}`;
        const endpoints = { lxd: { role: "requires", interface: spoken.name } } as const;
        world.model.addApplication(application, { units: history.units ?? 1, endpoints });
        const [ours, theirs] = [`${APPLICATION}:${spoken.endpoint}`, `${application}:lxd`];
        const relation = world.model.relate(ours, theirs);
        const facts = { cast, application, nodes, serverCertificate };
        await play(history, { world, spoken, relation, facts });
        assert.deepEqual(await lxd.trustStore(), before);
      });
    }
  }
});
