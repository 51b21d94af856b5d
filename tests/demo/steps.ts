/**
 * The later steps of the demonstration: each runs an operator's commands, and checks the result.
 *
 * @module
 */
import { basename } from "node:path/posix";
import { createCertificate } from "../certificates.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import type { Deployment } from "../harness/deployment.ts";
import { describeEntry, renderDatabag, shorten } from "./show.ts";
import {
  answersTo,
  connect,
  type Demo,
  each,
  MEMBERS,
  type Served,
  servedOf,
  settle,
  showHooks,
  showStatus,
  showTrust,
  showWork,
} from "./demo.ts";
import { LIMIT_MS, until } from "../lxd/administration.ts";
import type { Follower } from "../lxd/follow_certificates.ts";
import { courses, eventsOf, renderEvents, type Rotation } from "./overlap.ts";

/** Follows the remedy in the status. */
export async function trustTheCharm(demo: Demo): Promise<void> {
  const { screen, deployment } = demo;
  screen.heading("Follow the status");
  screen.command(`juju trust ${APPLICATION}`);
  deployment.model.trust(APPLICATION);
  await settle(demo);
  showStatus(demo, {
    what: "The charm is active: it entered LXD and found each member",
    expected: await active(deployment, 0),
  });
}

/** Relates a charm that wants to talk to LXD. */
export async function relateMyCharm(demo: Demo, myCharm: string): Promise<Served> {
  const { screen } = demo;
  screen.heading("Relate a charm that wants to talk to LXD");
  const served = await relate(demo, myCharm, "my-charm");
  const { identity: { fingerprint }, requirer, told } = served;
  screen.command(`juju show-unit ${UNIT} --endpoint api    # my-charm/0 asks`);
  screen.lines(renderDatabag(requirer.relation.read("my-charm/0")));
  screen.command(`juju show-unit my-charm/0 --endpoint lxd    # ${UNIT} answers`);
  screen.lines(renderDatabag(requirer.relation.read(UNIT)));
  screen.check(
    "The answer holds each member's endpoint",
    told.endpoints,
    demo.deployment.lxd.members.map(({ endpoint }) => endpoint),
  );
  screen.check("The answer says that the certificate is trusted", told.trusted, [fingerprint]);
  await showTrust(demo);
  await checkOurs(demo, "LXD trusts the certificate under my-charm's name", [served]);
  showStatus(demo, {
    what: `${APPLICATION} counts 1 certificate`,
    expected: await active(demo.deployment, 1),
  });
  return served;
}

/** Shows the requirer's work in LXD. */
export async function seeWhatItDoes(demo: Demo, served: Served): Promise<void> {
  const { screen } = demo;
  screen.heading("See what my-charm does in LXD, with its own certificate");
  showWork(demo, served);
  showStatus(demo, {
    what: "my-charm is active",
    expected: inUse(served),
    application: "my-charm",
  });
  const stranger = await createCertificate({ commonName: "stranger" });
  screen.check(
    "No member lets in a stranger's certificate",
    await answersTo(served.told, stranger),
    each(served.told.nodes, "untrusted"),
  );
}

/** Rotates the requirer's certificate, and follows LXD's events meanwhile. */
export async function rotateItsCertificate(demo: Demo, asked: Served): Promise<Served> {
  const { screen, deployment, lxd } = demo;
  const { identity: old, requirer } = asked;
  screen.heading("Rotate my-charm's certificate");
  using follower = await lxd.follow();
  screen.command("juju run my-charm/0 rotate");
  const { results } = await screen.wait({
    what: "Juju runs the action",
    work: () => deployment.model.runAction("my-charm/0", "rotate"),
  });
  const fingerprint = String(results["certificate"]);
  screen.lines([`certificate: ${shorten(fingerprint)}`]);
  await settle(demo);
  await showOverlap(demo, follower, { old: old.fingerprint, new: fingerprint });
  const served = servedOf(demo, requirer);
  screen.check("my-charm uses the new certificate", served.identity.fingerprint, fingerprint);
  await checkOurs(demo, "Only the new certificate is left", [served]);
  showWork(demo, served);
  screen.check(
    "To each member, the old certificate is untrusted",
    await answersTo(served.told, old),
    each(served.told.nodes, "untrusted"),
  );
  return served;
}

/** Shows LXD's events of a rotation, and checks that both certificates were trusted in between. */
async function showOverlap(
  { screen, lxd: { members } }: Demo,
  follower: Follower,
  rotation: Rotation,
): Promise<void> {
  const events = () => eventsOf(follower.events, rotation);
  // LXD sends its events a moment after it did the work. Each member tells both changes.
  await screen.wait({
    what: "Waiting for LXD's events",
    work: () => until("see the events", LIMIT_MS, () => events().length >= 2 * members.length),
    done: () => "",
  });
  screen.command("lxc monitor --type lifecycle    # meanwhile");
  screen.table(renderEvents(events(), rotation));
  screen.check(
    "An overlap: each member trusted the new certificate before it dropped the old one",
    courses(events(), rotation),
    Object.fromEntries(members.map(({ name }) => [name, ["created new", "deleted old"]])),
  );
}

/** Relates another charm. */
export async function relateAnother(
  demo: Demo,
  myCharm: string,
  first: Served,
): Promise<Served> {
  const { screen } = demo;
  screen.heading("Relate another charm");
  const other = await relate(demo, myCharm, "other-charm");
  await showTrust(demo);
  await checkOurs(demo, "Each charm has its own entry", [first, other]);
  screen.check(
    "Each answer names only the charm's own certificate",
    [first.requirer.told().trusted, other.told.trusted],
    [[first.identity.fingerprint], [other.identity.fingerprint]],
  );
  showWork(demo, other);
  showStatus(demo, {
    what: `${APPLICATION} counts 2 certificates`,
    expected: await active(demo.deployment, 2),
  });
  return other;
}

/** Removes the first relation. */
export async function removeTheRelation(
  demo: Demo,
  first: Served,
  other: Served,
): Promise<void> {
  const { screen, deployment } = demo;
  screen.heading("Remove my-charm's relation");
  screen.command(`juju remove-relation ${APPLICATION}:api my-charm:lxd`);
  deployment.model.removeRelation(first.requirer.relation);
  await settle(demo);
  await connect(demo, first, "untrusted");
  await connect(demo, other, "trusted");
  await checkOurs(demo, "Only other-charm's entry is left", [other]);
  showStatus(demo, {
    what: `${APPLICATION} counts 1 certificate again`,
    expected: await active(deployment, 1),
  });
}

/** Removes the charm. */
export async function removeTheCharm(
  demo: Demo,
  other: Served,
  before: readonly TrustEntry[],
): Promise<void> {
  const { screen, deployment } = demo;
  screen.heading("Remove the charm");
  screen.command(`juju remove-application ${APPLICATION}`);
  deployment.model.removeApplication(APPLICATION);
  await settle(demo);
  screen.check("The charm is gone from the model", deployment.model.applications(), [
    "my-charm",
    "other-charm",
  ]);
  await connect(demo, other, "untrusted");
  const after = await showTrust(demo);
  screen.check(
    "The trust store is the same as before",
    after.map(describeEntry),
    before.map(describeEntry),
  );
}

async function relate(demo: Demo, charm: string, name: string): Promise<Served> {
  const { screen, deployment } = demo;
  const alias = name === "my-charm" ? "" : ` ${name}`;
  screen.command(`juju deploy ./dist/${basename(charm)}${alias}`);
  screen.command(`juju integrate ${APPLICATION}:api ${name}:lxd`);
  const requirer = await showHooks(demo, async () => {
    await deployment.model.deploy(charm, { name });
    const related = deployment.relate(name);
    await deployment.settle();
    return related;
  });
  return servedOf(demo, requirer);
}

async function checkOurs(
  { screen, deployment }: Demo,
  what: string,
  served: readonly Served[],
): Promise<void> {
  const expected = served.map(({ identity, requirer: { name, relation } }) =>
    [identity.fingerprint, `${relation.id}:${name}-0`] as const
  );
  screen.check(what, await deployment.ours(), Object.fromEntries(expected));
}

async function active({ lxd }: Deployment, certificates: number): Promise<string> {
  const { body } = await lxd.admin("GET", "/1.0");
  const version = body?.metadata.environment.server_version;
  const noun = certificates === 1 ? "certificate" : "certificates";
  return `active: LXD ${version}: ${MEMBERS} nodes, ${certificates} ${noun}`;
}

function inUse({ identity: { fingerprint } }: Served): string {
  return `active: ${MEMBERS} nodes, certificate ${fingerprint.slice(0, 12)}`;
}
