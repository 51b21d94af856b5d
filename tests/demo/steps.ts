/**
 * The further steps of the demonstration: what an operator does, what comes of it, and whether that is as
 * it should be.
 *
 * @module
 */
import { createCertificate } from "../certificates.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION, UNIT } from "../scenarios/charm.ts";
import type { World } from "../scenarios/world.ts";
import { describeEntry, renderDatabag } from "./show.ts";
import {
  answersTo,
  connect,
  each,
  MEMBERS,
  type Served,
  settle,
  showHooks,
  showStatus,
  showTrust,
  type Stage,
} from "./stage.ts";
import { watch } from "./watch.ts";

/** Does what the status says. */
export async function trustTheCharm(stage: Stage): Promise<void> {
  const { screen, world } = stage;
  screen.heading("Do what the status says");
  screen.command(`juju trust ${APPLICATION}`);
  world.model.trust(APPLICATION);
  await settle(stage);
  showStatus(stage, "It is active: it got into LXD and found each member", await active(world, 0));
}

/** Relates a charm that wants to talk to LXD. */
export async function relateARequirer(stage: Stage): Promise<Served> {
  const { screen } = stage;
  screen.heading("Relate a charm that wants to talk to LXD");
  const served = await relate(stage, "my-charm");
  const { certificate: { fingerprint }, requirer, told } = served;
  screen.command(`juju show-unit ${APPLICATION}/0 --endpoint api    # what my-charm/0 asks for`);
  screen.lines(renderDatabag(requirer.relation.read("my-charm/0")));
  screen.command(`juju show-unit my-charm/0 --endpoint lxd    # what ${UNIT} answers`);
  screen.lines(renderDatabag(requirer.relation.read(UNIT)));
  screen.check(
    "It is told each member's endpoint",
    told.endpoints,
    stage.world.lxd.members.map(({ endpoint }) => endpoint),
  );
  screen.check("It is told that its certificate is trusted", told.trusted, [fingerprint]);
  await showTrust(stage);
  await checkOurs(stage, "LXD trusts it under my-charm's name", [served]);
  showStatus(stage, "It counts 1 certificate", await active(stage.world, 1));
  return served;
}

/** Connects as the requirer. */
export async function connectToEachMember(stage: Stage, served: Served): Promise<void> {
  const { screen } = stage;
  screen.heading("Talk to each member, with my-charm's certificate");
  await connect(stage, served, "trusted");
  const stranger = await createCertificate({ commonName: "stranger" });
  screen.check(
    "Without it, nobody gets in",
    await answersTo(served.told, stranger),
    each(served.told.nodes, "untrusted"),
  );
}

/** Replaces the requirer's certificate by a new one, watching the trust store. */
export async function rotateItsCertificate(stage: Stage, asked: Served): Promise<Served> {
  const { screen, world } = stage;
  const { certificate: old, requirer } = asked;
  screen.heading("Rotate my-charm's certificate");
  const certificate = await createCertificate({ commonName: "my-charm" });
  screen.command("juju exec --unit my-charm/0 -- relation-set -r lxd:0 --file new.yaml");
  requirer.offer(0, [certificate]);
  screen.lines(renderDatabag(requirer.relation.read("my-charm/0")));
  const fingerprints = { old: old.fingerprint, new: certificate.fingerprint };
  const { looks, sequence } = await showHooks(
    stage,
    () => watch(world.lxd, fingerprints, world.settle),
  );
  const course = sequence.map((seen) => seen.join(" and ") || "none");
  screen.check(
    `In each of ${looks} looks meanwhile LXD trusted one: ${course.join(", then ")}`,
    sequence.filter((seen) => seen.length === 0),
    [],
  );
  const served = { requirer, certificate, told: requirer.told() };
  await checkOurs(stage, "Only the new one is left", [served]);
  await connect(stage, served, "trusted");
  screen.check(
    "To each member, the old certificate is untrusted",
    await answersTo(served.told, old),
    each(served.told.nodes, "untrusted"),
  );
  return served;
}

/** Relates another charm. */
export async function relateAnother(stage: Stage, first: Served): Promise<Served> {
  const { screen } = stage;
  screen.heading("Relate another charm");
  const other = await relate(stage, "other-charm");
  await showTrust(stage);
  await checkOurs(stage, "Each charm has an entry of its own", [first, other]);
  screen.check(
    "Each is told of its own certificate only",
    [first.requirer.told().trusted, other.told.trusted],
    [[first.certificate.fingerprint], [other.certificate.fingerprint]],
  );
  await connect(stage, other, "trusted");
  showStatus(stage, "It counts 2 certificates", await active(stage.world, 2));
  return other;
}

/** Removes the first relation. */
export async function removeTheRelation(
  stage: Stage,
  first: Served,
  other: Served,
): Promise<void> {
  const { screen, world } = stage;
  screen.heading("Remove my-charm's relation");
  screen.command(`juju remove-relation ${APPLICATION}:api my-charm:lxd`);
  world.model.removeRelation(first.requirer.relation);
  await settle(stage);
  await connect(stage, first, "untrusted");
  screen.check(
    "To each member, other-charm is trusted as before",
    await answersTo(other.told, other.certificate),
    each(other.told.nodes, "trusted"),
  );
  await checkOurs(stage, "Only other-charm's entry is left", [other]);
  showStatus(stage, "It counts 1 certificate again", await active(world, 1));
}

/** Removes the charm. */
export async function removeTheCharm(
  stage: Stage,
  other: Served,
  before: readonly TrustEntry[],
): Promise<void> {
  const { screen, world } = stage;
  screen.heading("Remove the charm");
  screen.command(`juju remove-application ${APPLICATION}`);
  world.model.removeApplication(APPLICATION);
  await settle(stage);
  screen.check("It is gone from the model", world.model.applications(), [
    "my-charm",
    "other-charm",
  ]);
  await connect(stage, other, "untrusted");
  const after = await showTrust(stage);
  screen.check(
    "The trust store is as it was before",
    after.map(describeEntry),
    before.map(describeEntry),
  );
}

async function relate(stage: Stage, name: string): Promise<Served> {
  const { screen, world } = stage;
  screen.command(`juju deploy ./${name}`);
  screen.command(`juju integrate ${APPLICATION}:api ${name}:lxd`);
  const certificate = await createCertificate({ commonName: name });
  const requirer = world.requirer(name);
  requirer.offer(0, [certificate]);
  await settle(stage);
  return { requirer, certificate, told: requirer.told() };
}

async function checkOurs(
  { screen, world }: Stage,
  what: string,
  served: readonly Served[],
): Promise<void> {
  const expected = served.map(({ certificate, requirer: { name, relation } }) =>
    [certificate.fingerprint, `${relation.id}:${name}-0`] as const
  );
  screen.check(what, await world.ours(), Object.fromEntries(expected));
}

async function active({ lxd }: World, certificates: number): Promise<string> {
  const { body } = await lxd.admin("GET", "/1.0");
  const version = body?.metadata.environment.server_version;
  const noun = certificates === 1 ? "certificate" : "certificates";
  return `active: LXD ${version}: ${MEMBERS} nodes, ${certificates} ${noun}`;
}
