import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { createWrongClock, type WrongClock } from "../harness/wrong_clock.ts";

const [HOUR_S, DAY_S] = [3600, 86_400];
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, HOUR_S * 1000, DAY_S * 1000];

/** Deploys the charm with a clock of its own, by certificates that are valid at any time. */
async function deployWith({ run }: WrongClock): Promise<Deployment & AsyncDisposable> {
  await using begun = new AsyncDisposableStack();
  const [notBefore, notAfter] = [
    new Date(Date.now() - 99 * DAY_MS),
    new Date(Date.now() + 999 * DAY_MS),
  ];
  const lxd = begun.use(
    await startLxd({ identity: await createCertificate({ notBefore, notAfter }) }),
  );
  const clients = {
    credential: await createCertificate({ notBefore, notAfter }),
    bystander: await createCertificate(),
  };
  const deployment = begun.use(
    await deploy(lxd, { running: "built", clients, model: { run } }),
  );
  const all = begun.move();
  return { ...deployment, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

Deno.test("clock: one that is ahead or behind revokes nothing that LXD accepts", async () => {
  const clock = await createWrongClock();
  await using deployment = await deployWith(clock);
  const { lxd } = deployment;
  const requirer = deployment.requirer("my-charm", 2);
  const now = Date.now();
  const brief = await createCertificate({ notAfter: new Date(now + 30 * DAY_MS) });
  const fresh = await createCertificate({ notBefore: new Date(now - MINUTE_MS) });
  requirer.offer(0, [brief, fresh]);
  await deployment.settle();
  const store = await lxd.trustStore();
  const told = requirer.told();
  assert.equal(told.trusted.length, 2);
  for (const seconds of [31 * DAY_S, 900 * DAY_S, -2 * HOUR_S, -98 * DAY_S, 0]) {
    clock.set(seconds);
    const offset = `${seconds} s`;
    requirer.relation.write("my-charm/0", { note: offset });
    await deployment.settle();
    await deployment.updateStatus();
    assert.equal(
      deployment.status(),
      `active: LXD ${VERSION}: 1 node, 2 certificates`,
      offset,
    );
    assert.deepEqual([await lxd.trustStore(), requirer.told()], [store, told], offset);
  }
});

Deno.test("clock: LXD decides whether a new certificate is valid, whatever the charm's clock says", async () => {
  const clock = await createWrongClock();
  await using deployment = await deployWith(clock);
  const requirer = deployment.requirer("my-charm", 3);
  const now = Date.now();
  const fresh = await createCertificate({ notBefore: new Date(now - MINUTE_MS) });
  const ending = await createCertificate({ notAfter: new Date(now + HOUR_MS) });
  clock.set(-2 * HOUR_S);
  requirer.offer(0, [fresh]);
  await deployment.settle();
  clock.set(47 * HOUR_S);
  requirer.offer(1, [ending]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, [fresh.fingerprint, ending.fingerprint].sort());
  assert.deepEqual(requirer.told().rejected, []);
  // By this clock both have expired, and one of them long ago.
  const early = await createCertificate({ notBefore: new Date(now + DAY_MS) });
  requirer.offer(2, [early]);
  await deployment.settle();
  const [rejected, ...others] = requirer.told().rejected;
  assert.equal(rejected?.unit, "my-charm/2");
  assert.match(rejected?.reason ?? "", /^LXD refuses the certificate: .*valid yet$/);
  assert.deepEqual(others, []);
  assert.equal(requirer.told().trusted.length, 2);
});

Deno.test("clock: LXD is asked again, except about what expired long ago and is not in it", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const now = Date.now();
  const old = await Promise.all(
    Array.from({ length: 20 }, () => createCertificate({ notAfter: new Date(now - 3 * DAY_MS) })),
  );
  const late = await createCertificate({ notAfter: new Date(now - DAY_MS) });
  const early = await createCertificate({ notBefore: new Date(now + DAY_MS) });
  requirer.offer(0, [...old, late, early]);
  await deployment.settle();
  const day = new Date(now - 3 * DAY_MS).toISOString().slice(0, 10);
  const reasons = Map.groupBy(requirer.told().rejected, ({ reason }) => reason);
  assert.deepEqual([...reasons].map(([reason, { length }]) => [reason, length]).sort(), [
    ["LXD refuses the certificate: The provided certificate is expired", 1],
    ["LXD refuses the certificate: The provided certificate isn't valid yet", 1],
    [`The certificate expired on ${day}`, 20],
  ]);
  for (let hook = 0; hook < 2; hook++) {
    const before = lxd.requests.length;
    await deployment.updateStatus();
    const added = lxd.requests.slice(before).filter(({ method }) => method === "POST");
    const sent = added.map(({ body }) => (body as { certificate: string }).certificate);
    assert.deepEqual(sent.sort(), [early.der, late.der].sort());
  }
});
