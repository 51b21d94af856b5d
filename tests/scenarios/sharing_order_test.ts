import assert from "node:assert/strict";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { accessOf } from "../harness/access.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { isNoWider, union } from "../histories/expected.ts";
import { authOf } from "../lxd/client.ts";
import { startLxd } from "../lxd/servers.ts";
import type { LxdWorld } from "../lxd/world.ts";

const OTHERS =
  "Another application has this certificate registered, with access to other projects: " +
  "use a certificate of your own";

const IN = [true, []] as const;
const OUT = [false, [OTHERS]] as const;
const NOTHING = [false, []] as const;

/** An application that sends the certificate. */
interface Side {
  /** Writes the certificate with projects; null for no projects. */
  readonly ask: (projects: readonly string[] | null) => void;
  /** Withdraws the certificate. */
  readonly withdraw: () => void;
  /** Reads what every unit of the charm says: whether it is registered, and the reasons. */
  readonly answer: () => readonly [isRegistered: boolean, reasons: readonly string[]];
}

/** Relates an application. The one that is related first has the oldest relation. */
function relate(deployment: Deployment, name: string, certificate: TestCertificate): Side {
  const { relation, offer, told } = deployment.requirer(name);
  return {
    ask: (projects) => {
      offer(0, [certificate]);
      const text = projects === null ? "" : JSON.stringify(projects);
      relation.write(`${name}/0`, { projects: text });
    },
    withdraw: () => offer(0, []),
    answer: () => {
      const [first, ...others] = deployment.model.units(APPLICATION).map((unit) => {
        const { registered, rejected } = told(unit);
        const isIn = registered.map(fingerprintOf).includes(certificate.fingerprint);
        return [isIn, rejected.map(({ reason }) => reason)] as const;
      });
      assert.ok(first);
      for (const other of others) assert.deepEqual(other, first, "all units say the same");
      return first;
    },
  };
}

/** What is expected after both applications have asked. */
interface Expected {
  readonly access: readonly string[] | null | undefined;
  readonly victim: readonly [boolean, readonly string[]];
  readonly attacker: readonly [boolean, readonly string[]];
}

/** Two applications with one certificate. */
interface Pair {
  readonly lxd: LxdWorld;
  readonly deployment: Deployment;
  readonly certificate: TestCertificate;
  readonly victim: Side;
  readonly attacker: Side;
}

/**
 * Checks the result after update-status. What only a hook about everything decides may be open before,
 * but no hook gives more than there was, or is expected.
 */
async function check(
  { lxd, deployment, certificate, victim, attacker }: Pair,
  expected: Expected,
  what: string,
): Promise<void> {
  const access = async () => {
    const found = await accessOf(lxd, certificate);
    return found === undefined ? [] : found;
  };
  const most = union([await access(), expected.access === undefined ? [] : expected.access]);
  while (await deployment.model.step()) assert.ok(isNoWider(await access(), most), what);
  await deployment.updateStatus();
  const found = {
    access: await accessOf(lxd, certificate),
    victim: victim.answer(),
    attacker: attacker.answer(),
  };
  assert.deepEqual(found, expected, what);
}

async function createProjects(lxd: LxdWorld): Promise<void> {
  for (const name of ["web", "db", "dev"]) await lxd.createProject(name);
}

Deno.test("sharing: who copies a certificate first keeps its owner from more, and gets no more", async () => {
  await using lxd = await startLxd();
  await createProjects(lxd);
  await using deployment = await deploy(lxd);
  const certificate = await createCertificate();
  const attacker = relate(deployment, "evil", certificate);
  const victim = relate(deployment, "victim", certificate);
  const pair = { lxd, deployment, certificate, attacker, victim };
  attacker.ask(["db", "web"]);
  await check(pair, { access: ["db", "web"], victim: NOTHING, attacker: IN }, "the copy");
  victim.ask(["dev", "web"]);
  await check(pair, { access: ["db", "web"], victim: OUT, attacker: IN }, "something else");
  victim.ask(["web"]);
  await check(pair, { access: ["db", "web"], victim: IN, attacker: IN }, "a proper subset");
  // From now on the entry names nobody, and nobody widens it alone.
  attacker.ask(["db", "dev", "web"]);
  await check(pair, { access: ["db", "web"], victim: IN, attacker: OUT }, "more for the copy");
  attacker.ask(null);
  await check(pair, { access: ["db", "web"], victim: IN, attacker: OUT }, "all of LXD");
  attacker.withdraw();
  await check(pair, { access: ["web"], victim: IN, attacker: NOTHING }, "its owner alone");
  attacker.ask(["db", "web"]);
  await check(pair, { access: ["web"], victim: IN, attacker: OUT }, "the copy comes second now");
});

Deno.test("sharing: proper subsets share an entry, which goes back to what its owner asks for", async () => {
  await using lxd = await startLxd();
  await createProjects(lxd);
  await using deployment = await deploy(lxd);
  const certificate = await createCertificate();
  const attacker = relate(deployment, "evil", certificate);
  const victim = relate(deployment, "victim", certificate);
  const pair = { lxd, deployment, certificate, attacker, victim };
  victim.ask(["db", "dev", "web"]);
  await check(pair, { access: ["db", "dev", "web"], victim: IN, attacker: NOTHING }, "alone");
  attacker.ask(["dev", "web"]);
  await check(pair, { access: ["db", "dev", "web"], victim: IN, attacker: IN }, "a subset");
  victim.ask(["web"]);
  await check(pair, { access: ["dev", "web"], victim: IN, attacker: IN }, "a subset of that");
  victim.ask(["db", "web"]);
  await check(pair, { access: ["dev", "web"], victim: OUT, attacker: IN }, "an overlap");
  attacker.ask(["db", "web"]);
  await check(pair, { access: ["db", "web"], victim: IN, attacker: IN }, "the same of both");
  attacker.ask(["dev"]);
  await check(pair, { access: ["db", "web"], victim: IN, attacker: OUT }, "something else");
  attacker.withdraw();
  await check(pair, { access: ["db", "web"], victim: IN, attacker: NOTHING }, "alone again");
});

Deno.test("sharing: a new leader of several units decides as the former one did", async () => {
  await using lxd = await startLxd();
  await createProjects(lxd);
  await using deployment = await deploy(lxd, { units: 3 });
  const { model } = deployment;
  const certificate = await createCertificate();
  const attacker = relate(deployment, "evil", certificate);
  const victim = relate(deployment, "victim", certificate);
  const pair = { lxd, deployment, certificate, attacker, victim };
  victim.ask(["web"]);
  await check(pair, { access: ["web"], victim: IN, attacker: NOTHING }, "alone");
  // The copy arrives while the leadership moves, and again while the new leader is gone.
  model.setLeader(`${APPLICATION}/1`);
  attacker.ask(["db", "web"]);
  await check(pair, { access: ["web"], victim: IN, attacker: OUT }, "more, for a new leader");
  attacker.ask(["web"]);
  await check(pair, { access: ["web"], victim: IN, attacker: IN }, "the same");
  model.removeUnit(`${APPLICATION}/1`, { force: true });
  attacker.ask(null);
  await check(pair, { access: ["web"], victim: IN, attacker: OUT }, "all of LXD, for the next one");
  model.setLeader(`${APPLICATION}/${model.leader(APPLICATION) === `${APPLICATION}/2` ? 0 : 2}`);
  victim.ask(["db", "web"]);
  await check(pair, { access: ["db", "web"], victim: IN, attacker: OUT }, "more, which both want");
});

Deno.test("sharing: a certificate on P-384 stays its owner's, and opens no more than that", async () => {
  await using lxd = await startLxd();
  await createProjects(lxd);
  await using deployment = await deploy(lxd);
  const certificate = await createCertificate({ key: "p384", commonName: "victim" });
  const attacker = relate(deployment, "evil", certificate);
  const victim = relate(deployment, "victim", certificate);
  const pair = { lxd, deployment, certificate, attacker, victim };
  victim.ask(["web"]);
  await deployment.settle();
  const endpoint = lxd.members[0]?.endpoint ?? "";
  const auth = () => authOf(endpoint, certificate, lxd.serverCertificate);
  assert.equal(await auth(), "trusted");
  for (const projects of [["db", "web"], ["db"], null]) {
    attacker.ask(projects);
    await check(pair, { access: ["web"], victim: IN, attacker: OUT }, String(projects));
    assert.equal(await auth(), "trusted");
  }
  // The owner goes, and comes back with another certificate, as it should.
  victim.withdraw();
  await check(pair, { access: null, victim: NOTHING, attacker: IN }, "the copy alone");
  attacker.withdraw();
  await check(pair, { access: undefined, victim: NOTHING, attacker: NOTHING }, "nobody");
  assert.equal(await auth(), "untrusted");
});
