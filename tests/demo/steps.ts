/**
 * The further steps of the demonstration: what an operator does, what comes of it, and whether that is as
 * it should be.
 *
 * @module
 */
import { basename } from "node:path/posix";
import { createCertificate } from "../certificates.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import type { World } from "../harness/deployment.ts";
import { describeEntry, renderDatabag, shorten } from "./show.ts";
import {
  answersTo,
  connect,
  each,
  MEMBERS,
  type Served,
  servedOf,
  settle,
  showHooks,
  showStatus,
  showTrust,
  showWork,
  type Stage,
} from "./stage.ts";
import { watch } from "../lxd/watch.ts";

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
export async function relateMyCharm(stage: Stage, myCharm: string): Promise<Served> {
  const { screen } = stage;
  screen.heading("Relate a charm that wants to talk to LXD");
  const served = await relate(stage, myCharm, "my-charm");
  const { identity: { fingerprint }, requirer, told } = served;
  screen.command(`juju show-unit ${UNIT} --endpoint api    # what my-charm/0 asks for`);
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
  showStatus(stage, `${APPLICATION} counts 1 certificate`, await active(stage.world, 1));
  return served;
}

/** Shows what the requirer does in LXD. */
export async function seeWhatItDoes(stage: Stage, served: Served): Promise<void> {
  const { screen } = stage;
  screen.heading("See what my-charm does in LXD, with its own certificate");
  showWork(stage, served);
  showStatus(stage, "my-charm is active", inUse(served), "my-charm");
  const stranger = await createCertificate({ commonName: "stranger" });
  screen.check(
    "Without its certificate, nobody gets in",
    await answersTo(served.told, stranger),
    each(served.told.nodes, "untrusted"),
  );
}

/** Replaces the requirer's certificate by a new one, watching the trust store. */
export async function rotateItsCertificate(stage: Stage, asked: Served): Promise<Served> {
  const { screen, world } = stage;
  const { identity: old, requirer } = asked;
  screen.heading("Rotate my-charm's certificate");
  screen.command("juju run my-charm/0 rotate");
  const { results } = await world.model.runAction("my-charm/0", "rotate");
  const fingerprint = String(results["certificate"]);
  screen.lines([`certificate: ${shorten(fingerprint)}`]);
  const fingerprints = { old: old.fingerprint, new: fingerprint };
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
  const served = servedOf(stage, requirer);
  screen.check("my-charm uses the new one", served.identity.fingerprint, fingerprint);
  await checkOurs(stage, "Only the new one is left", [served]);
  showWork(stage, served);
  screen.check(
    "To each member, the old certificate is untrusted",
    await answersTo(served.told, old),
    each(served.told.nodes, "untrusted"),
  );
  return served;
}

/** Relates another charm. */
export async function relateAnother(
  stage: Stage,
  myCharm: string,
  first: Served,
): Promise<Served> {
  const { screen } = stage;
  screen.heading("Relate another charm");
  const other = await relate(stage, myCharm, "other-charm");
  await showTrust(stage);
  await checkOurs(stage, "Each charm has an entry of its own", [first, other]);
  screen.check(
    "Each is told of its own certificate only",
    [first.requirer.told().trusted, other.told.trusted],
    [[first.identity.fingerprint], [other.identity.fingerprint]],
  );
  showWork(stage, other);
  showStatus(stage, `${APPLICATION} counts 2 certificates`, await active(stage.world, 2));
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
  await connect(stage, other, "trusted");
  await checkOurs(stage, "Only other-charm's entry is left", [other]);
  showStatus(stage, `${APPLICATION} counts 1 certificate again`, await active(world, 1));
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

async function relate(stage: Stage, charm: string, name: string): Promise<Served> {
  const { screen, world } = stage;
  const alias = name === "my-charm" ? "" : ` ${name}`;
  screen.command(`juju deploy ./dist/${basename(charm)}${alias}`);
  screen.command(`juju integrate ${APPLICATION}:api ${name}:lxd`);
  await world.model.deploy(charm, { name });
  const requirer = world.relate(name);
  await settle(stage);
  return servedOf(stage, requirer);
}

async function checkOurs(
  { screen, world }: Stage,
  what: string,
  served: readonly Served[],
): Promise<void> {
  const expected = served.map(({ identity, requirer: { name, relation } }) =>
    [identity.fingerprint, `${relation.id}:${name}-0`] as const
  );
  screen.check(what, await world.ours(), Object.fromEntries(expected));
}

async function active({ lxd }: World, certificates: number): Promise<string> {
  const { body } = await lxd.admin("GET", "/1.0");
  const version = body?.metadata.environment.server_version;
  const noun = certificates === 1 ? "certificate" : "certificates";
  return `active: LXD ${version}: ${MEMBERS} nodes, ${certificates} ${noun}`;
}

function inUse({ identity: { fingerprint } }: Served): string {
  return `active: ${MEMBERS} nodes, certificate ${fingerprint.slice(0, 12)}`;
}
