import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { createWrongClock } from "../harness/wrong_clock.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";

const DAY_MS = 86_400_000;

/** A certificate that expires in some days and an hour. */
async function expiring(days: number): Promise<TestCertificate> {
  const now = Date.now();
  const [notBefore, notAfter] = [now - DAY_MS, now + days * DAY_MS + 3_600_000];
  return await createCertificate({
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
  });
}

function warningsOf({ model }: Deployment): readonly string[] {
  return model.log.filter(({ level }) => level === "WARNING")
    // Juju writes the relation before the message of a relation hook.
    .flatMap(({ message }) => message.replace(/^[\w-]+:\d+: /, "").split("\n"))
    .filter((line) => line.startsWith("lxd-expiry "))
    .map((line) => line.replace(/ expires_at=\S+/, ""));
}

Deno.test("expiry: a requirer's certificate is told ahead in the status, the log and the relation", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  const { model } = deployment;
  const requirer = deployment.requirer("my-charm", 2);
  const [soon, late, other] = [await expiring(12), await expiring(400), await expiring(20)];
  requirer.offer(0, [soon, late]);
  requirer.offer(1, [other, "garbage"]);
  await deployment.settle();
  await deployment.updateStatus();
  const counts = `LXD ${VERSION}: 1 node, 3 certificates, 1 rejected`;
  const warned = `active: Certificate of my-charm/0 expires in 12 days (and 1 more); ${counts}`;
  for (const unit of model.units(APPLICATION)) assert.equal(deployment.status(unit), warned);
  assert.equal(model.workloadVersion(APPLICATION), VERSION);
  const tools = model.runs.flatMap(({ tools }) => tools.map(({ tool }) => tool));
  assert.equal(tools.filter((tool) => tool === "application-version-set").length, 2);
  const line = (unit: number, { fingerprint }: TestCertificate, days: number) =>
    `lxd-expiry kind=client fingerprint=${fingerprint} requirer=my-charm/${unit} days=${days}`;
  const lines = [line(0, soon, 12), line(1, other, 20)];
  assert.deepEqual(warningsOf(deployment), [...lines, ...lines], "each unit says it once");
  const told = ({ fingerprint }: TestCertificate) =>
    requirer.told().certificates.find((one) => one.fingerprint === fingerprint);
  const day = new Date(Date.now() + 12 * DAY_MS + 3_600_000).toISOString().slice(0, 10);
  const { state, code, reason } = told(soon) ?? {};
  assert.deepEqual([state, code], ["trusted", "expires-soon"]);
  assert.equal(reason, `The certificate expires on ${day}: send a new one beside it`);
  assert.equal(told(late)?.code, undefined);

  // A relation hook does not see the other relations. It repeats the warning, and logs nothing.
  const neighbor = deployment.requirer("neighbor");
  neighbor.offer(0, [await expiring(400)]);
  await deployment.settle();
  assert.match(deployment.status(), /^active: Certificate of my-charm\/0 expires in 12 days/);

  // A rotation ends the warning.
  requirer.offer(0, [late]);
  requirer.offer(1, []);
  await deployment.updateStatus();
  assert.match(deployment.status(), /^active: LXD \S+: 1 node, 2 certificates$/);
});

Deno.test("expiry: the operator sets the days, or no warning", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  const requirer = deployment.requirer();
  const soon = await expiring(12);
  requirer.offer(0, [soon]);
  await deployment.settle();
  const codes = () => requirer.told().certificates.map(({ code }) => code);
  assert.deepEqual(codes(), ["expires-soon"]);
  model.configure(APPLICATION, { "expiry-warning-days": 15 });
  await deployment.settle();
  assert.match(deployment.status(), /^active: Certificate of my-charm\/0 expires in 12 days; LXD /);
  model.configure(APPLICATION, { "expiry-warning-days": 366 });
  await deployment.settle();
  assert.equal(deployment.status(), "blocked: Correct expiry-warning-days: it must be 0 to 365");
  assert.equal(requirer.told().trusted.length, 1, "requirers are served all the same");
  model.configure(APPLICATION, { "expiry-warning-days": 0 });
  await deployment.settle();
  assert.match(deployment.status(), /^active: LXD /);
  assert.deepEqual(codes(), [undefined]);
  model.configure(APPLICATION, { "expiry-warning-days": null });
  await deployment.settle();
  assert.match(deployment.status(), / expires in 12 days; /);
});

Deno.test("expiry: the credential and LXD's certificate are told ahead", async () => {
  const [identity, credential] = [await expiring(5), await expiring(9)];
  await using lxd = await startLxd({ identity });
  await using deployment = await deploy(lxd, {
    clients: { credential, bystander: await createCertificate() },
  });
  deployment.requirer();
  await deployment.settle();
  await deployment.updateStatus();
  const counts = `LXD ${VERSION}: 1 node, 0 certificates`;
  assert.equal(
    deployment.status(),
    `active: LXD's certificate expires in 5 days (and 1 more); ${counts}`,
  );
  const [server, client] = [identity, credential].map(({ fingerprint }) => fingerprint);
  const lines = [
    `lxd-expiry kind=server fingerprint=${server} days=5`,
    `lxd-expiry kind=credential fingerprint=${client} days=9`,
  ];
  const warnings = warningsOf(deployment);
  assert.deepEqual(warnings.slice(0, 2), lines);
  // Nothing changes until tomorrow.
  await deployment.updateStatus();
  assert.deepEqual(warningsOf(deployment), warnings);
  deployment.model.configure(APPLICATION, { "expiry-warning-days": 7 });
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD's certificate expires in 5 days; ${counts}`);
});

Deno.test("expiry: the days are counted down, and an expired certificate is told until it is replaced", async () => {
  await using lxd = await startLxd();
  const clock = await createWrongClock();
  await using deployment = await deploy(lxd, { running: "built", model: { run: clock.run } });
  const requirer = deployment.requirer();
  const soon = await expiring(12);
  requirer.offer(0, [soon]);
  await deployment.settle();
  const told = requirer.told();
  const days = [
    [0, "expires in 12 days"],
    [1, "expires in 11 days"],
    [12, "expires within a day"],
    [13, "expired within the last day"],
    [14, "expired 1 day ago"],
  ] as const;
  for (const [passed, words] of days) {
    clock.set(passed * DAY_MS / 1000);
    await deployment.updateStatus();
    await deployment.updateStatus();
    assert.equal(
      deployment.status(),
      `active: Certificate of my-charm/0 ${words}; LXD ${VERSION}: 1 node, 1 certificate`,
    );
    if (passed < 13) assert.deepEqual(requirer.told(), told, "the relation is as it was");
  }
  const line = `lxd-expiry kind=client fingerprint=${soon.fingerprint} requirer=my-charm/0`;
  assert.deepEqual(
    warningsOf(deployment),
    [12, 11, 0, -1, -2].map((left) => `${line} days=${left}`),
  );
  assert.deepEqual(requirer.told().trusted, [soon.fingerprint]);

  requirer.offer(0, [await expiring(400)]);
  await deployment.updateStatus();
  assert.match(deployment.status(), /^active: LXD \S+: 1 node, 1 certificate$/);
});
