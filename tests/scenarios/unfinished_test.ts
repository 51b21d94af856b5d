import assert from "node:assert/strict";
import { LEADER_AGE_MS, STEPS_LIMIT_MS } from "../../lib/lxd/time_limits.ts";
import { createCertificate, fingerprintsOf, type TestCertificate } from "../certificates.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { createWrongClock, type WrongClock } from "../harness/wrong_clock.ts";
import { type StandIn, startStandIn } from "../lxd/stand_in.ts";

const CERTIFICATE = /^\/1\.0\/certificates/;
const WAITING_REGEXP = /^waiting: (\d+) of (\d+) certificates still to do; the next hook goes on$/;

// Under the limit of one databag, and more than fits into a hook of a slow LXD.
const MANY = 80;
const SLOW_S = 2;
const FIT = STEPS_LIMIT_MS / 1000 / SLOW_S;

// Steps that the charm takes at the same time. The last ones begin in time, and end late.
const TOGETHER = 8;

/** The charm's clock, and LXD. */
interface World {
  readonly lxd: StandIn;
  readonly clock: WrongClock;
}

/** Makes LXD slow by the clock of the charm's machine, so that no test waits. */
function slowDown({ lxd, clock }: World, method: string): void {
  let elapsed = 0;
  const before = (): void => clock.set(elapsed += SLOW_S);
  lxd.fault({ method, path: CERTIFICATE }, { kind: "hook", before });
}

function speedUp({ lxd, clock }: World): void {
  lxd.clear();
  clock.set(0);
}

function assertFit(done: number): void {
  assert.ok(done >= FIT - TOGETHER && done <= FIT + TOGETHER, `${done} fit into the hook`);
}

/** Runs the one hook that is pending, and returns the numbers in its status. */
async function stepUnfinished(
  deployment: Deployment,
  world: World,
): Promise<readonly [left: number, total: number]> {
  const before = deployment.model.runs.length;
  await deployment.settle();
  const outcomes = deployment.model.runs.slice(before).map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ["done"]);
  speedUp(world);
  const [, left, total] = deployment.status().match(WAITING_REGEXP) ?? [];
  assert.ok(left && total, deployment.status());
  return [Number(left), Number(total)];
}

Deno.test("unfinished: a hook with too much work ends, and the next one goes on", async () => {
  await using lxd = await startStandIn();
  const clock = await createWrongClock();
  const { run } = clock;
  await using deployment = await deploy(lxd, { running: "built", model: { run } });
  const [requirer, neighbor] = [deployment.requirer(), deployment.requirer("neighbor")];
  const other = await createCertificate();
  neighbor.offer(0, [other]);
  const [former, next] = [await createMany("former"), await createMany("next")];
  requirer.offer(0, former);
  await deployment.settle();
  const [foreign, told] = [await deployment.foreign(), neighbor.told()];
  const ours = async () => Object.keys(await deployment.ours()).sort();
  const among = (fingerprints: readonly string[], certificates: readonly TestCertificate[]) =>
    fingerprintsOf(...certificates).filter((one) => fingerprints.includes(one));

  // The time is over while the new certificates are registered.
  slowDown({ lxd, clock }, "POST");
  requirer.offer(0, next);
  const [left, total] = await stepUnfinished(deployment, { lxd, clock });
  assert.equal(total, former.length + next.length);
  const added = among(await ours(), next);
  assertFit(added.length);
  assert.equal(left, total - added.length, "nothing but the additions was done");
  // What was withdrawn stays registered, and what is registered is published.
  assert.deepEqual(await ours(), [...fingerprintsOf(...former, other), ...added].sort());
  const published = requirer.told();
  assert.deepEqual(among(published.trusted, next), added);
  assert.deepEqual([published.rejected, neighbor.told()], [[], told]);

  // The next hook registers the others. Its time is over while it revokes.
  slowDown({ lxd, clock }, "DELETE");
  deployment.model.updateStatus(APPLICATION);
  const [still, rest] = await stepUnfinished(deployment, { lxd, clock });
  assert.equal(rest, left);
  assert.deepEqual(requirer.told().trusted, fingerprintsOf(...next));
  const kept = among(await ours(), former);
  assertFit(former.length - kept.length);
  assert.equal(still, kept.length);
  assert.deepEqual(await ours(), [...fingerprintsOf(...next, other), ...kept].sort());

  await deployment.updateStatus();
  const count = `${next.length + 1} certificates`;
  assert.equal(deployment.status(), `active: LXD 5.0.2: 1 node, ${count}`);
  assert.deepEqual(await ours(), fingerprintsOf(...next, other));
  assert.deepEqual(requirer.told().trusted, fingerprintsOf(...next));
  assert.deepEqual([neighbor.told(), await deployment.foreign()], [told, foreign]);
});

Deno.test("unfinished: access is taken away first, and again by the next hook", async () => {
  await using lxd = await startStandIn();
  await lxd.createProject("web");
  const clock = await createWrongClock();
  const { run } = clock;
  await using deployment = await deploy(lxd, { running: "built", model: { run } });
  const requirer = deployment.requirer();
  const [wide, next] = [await createMany("wide"), await createCertificate()];
  requirer.offer(0, wide);
  await deployment.settle();
  const isWide = async () =>
    (await lxd.trustStore())
      .filter(({ restricted, name }) => !restricted && name.startsWith(deployment.prefix))
      .map(({ fingerprint }) => fingerprint);
  assert.equal((await isWide()).length, MANY);

  slowDown({ lxd, clock }, "PATCH");
  requirer.offer(0, [...wide, next]);
  deployment.model.configure(APPLICATION, { projects: "web" });
  await deployment.model.step();
  assertFit(MANY - (await isWide()).length);
  assert.equal((await deployment.ours())[next.fingerprint], undefined, "nothing is registered yet");
  assert.match(deployment.status(), WAITING_REGEXP);
  speedUp({ lxd, clock });
  await deployment.settle();
  await deployment.updateStatus();
  assert.deepEqual(await isWide(), []);
  assert.deepEqual(requirer.told().trusted, fingerprintsOf(...wide, next));
});

Deno.test("unfinished: a unit that loses leadership in a hook leaves the rest to the new leader", async () => {
  await using lxd = await startStandIn();
  const clock = await createWrongClock();
  const { run } = clock;
  // Only the first leader's hook runs before the leadership moves.
  await using deployment = await deploy(lxd, { running: "built", units: 2, model: { run } });
  const { model } = deployment;
  const requirer = deployment.requirer();
  await deployment.settle();
  const certificates = await createMany("client");
  // The last answer of is-leader is too old by then.
  const before = (): void => {
    model.setLeader(`${APPLICATION}/1`);
    clock.set(LEADER_AGE_MS / 1000 + 2);
  };
  lxd.fault({ method: "POST", path: CERTIFICATE, nth: 3, times: 1 }, { kind: "hook", before });
  requirer.offer(0, certificates);
  const hook = await model.step();
  assert.deepEqual([hook?.unit, hook?.outcome], [UNIT, "done"]);
  const { length } = Object.keys(await deployment.ours());
  assert.ok(length >= 3 && length <= 3 + TOGETHER, `${length}`);
  assert.equal(requirer.told(UNIT).trusted.length, length);
  speedUp({ lxd, clock });
  await deployment.settle();
  await deployment.updateStatus();
  for (const unit of model.units(APPLICATION)) {
    assert.deepEqual(requirer.told(unit).trusted, fingerprintsOf(...certificates), unit);
    assert.match(deployment.status(unit), new RegExp(`^active: .* ${MANY} certificates$`), unit);
  }
});

/** Makes many certificates for one key. */
async function createMany(name: string): Promise<readonly TestCertificate[]> {
  const keyOf = await createCertificate();
  return await Promise.all(
    Array.from(
      { length: MANY },
      (_, index) => createCertificate({ keyOf, commonName: `${name} ${index}` }),
    ),
  );
}
