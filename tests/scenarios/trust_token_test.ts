import assert from "node:assert/strict";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { IS_NOT_LXD, startCluster, startLxd, VERSION } from "../lxd/servers.ts";
import { makeToken, readToken, renderToken } from "../lxd/trust_token.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { runAction } from "../harness/actions.ts";
import { deploy, type Deployment, type DeployOptions } from "../harness/deployment.ts";
import { ownSecret } from "../harness/own_credential.ts";
import type { Requirer } from "../harness/requirer.ts";

const NAME = "lxd-integrator";
const ACTIVE = `active: LXD ${VERSION}: 1 node, 1 certificate`;
const NO_ACCESS = /^blocked: Missing credentials access/;
const USED = "blocked: Set a new trust-token: this one is used or wrong";

/** Entries whose names tokens gave. */
async function entriesOf(lxd: LxdWorld, name = NAME): Promise<readonly TrustEntry[]> {
  return (await lxd.trustStore()).filter((entry) =>
    entry.name.startsWith(name) && entry.name.length < 64
  );
}

/** Deploys the charm without any credential, with a requirer that wants one certificate. */
async function deployAlone(
  lxd: LxdWorld,
  options: DeployOptions = {},
): Promise<{ readonly deployment: Deployment; readonly requirer: Requirer }> {
  const deployment = await deploy(lxd, { trust: false, ...options });
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  return { deployment, requirer };
}

async function configure(deployment: Deployment, token: string | null): Promise<void> {
  deployment.model.configure(APPLICATION, { "trust-token": token });
  await deployment.settle();
}

Deno.test("trust token: it is all that the operator gives, and is not needed any more", async () => {
  await using lxd = await startLxd();
  const { deployment, requirer } = await deployAlone(lxd);
  await using _ = deployment;
  assert.match(deployment.status(), NO_ACCESS);
  await configure(deployment, await makeToken(lxd));
  assert.equal(deployment.status(), ACTIVE);
  assert.equal(requirer.told().trusted.length, 1);
  assert.equal(requirer.told().server, lxd.serverCertificate);
  const entries = await entriesOf(lxd);
  assert.deepEqual(entries.map(({ type, restricted }) => [type, restricted]), [["client", false]]);
  // Neither a missing, nor a used, nor a wrong token takes the access away.
  await configure(deployment, null);
  assert.equal(deployment.status(), ACTIVE);
  requirer.offer(0, []);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`);
  const used = await makeToken(lxd, { name: "another" });
  await configure(deployment, used);
  assert.match(deployment.status(), /^active/);
  assert.deepEqual(await entriesOf(lxd), entries);
  await configure(deployment, "garbage");
  assert.equal(
    deployment.status(),
    "blocked: Set trust-token to what lxc config trust add printed",
  );
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  assert.equal(requirer.told().trusted.length, 1, "requirers are served all the same");
  await configure(deployment, null);
  // The application leaves nothing behind, not even its own certificate.
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(await entriesOf(lxd), []);
  const warnings = deployment.model.log.filter(({ level }) => level === "WARNING");
  assert.deepEqual(warnings.map(({ message }) => message), [
    "Cannot use trust-token: it must be what this prints: lxc config trust add --name lxd-integrator",
  ]);
});

Deno.test("trust token: the operator's secret may hold it", async () => {
  await using lxd = await startLxd();
  const { deployment } = await deployAlone(lxd);
  await using _ = deployment;
  const { model } = deployment;
  const uri = model.addSecret("lxd", { "trust-token": `${await makeToken(lxd)}\n` });
  model.grantSecret(uri, APPLICATION);
  model.configure(APPLICATION, { "credentials-secret": uri });
  await deployment.settle();
  assert.equal(deployment.status(), ACTIVE);
  model.updateSecret(uri, { "trust-token": "garbage" });
  await deployment.settle();
  const status = "blocked: Set trust-token of credentials-secret to a token of LXD";
  assert.equal(deployment.status(), status);
  const { message } = await runAction(deployment, "check");
  assert.match(message, /it must be what this prints: lxc config trust add --name lxd-integrator$/);
  model.configure(APPLICATION, { "credentials-secret": null });
  await deployment.settle();
  assert.equal(deployment.status(), ACTIVE);
});

Deno.test("trust token: it may be there from the beginning", async () => {
  await using lxd = await startLxd();
  const { deployment } = await deployAlone(lxd, {
    config: { "trust-token": await makeToken(lxd) },
  });
  await using _ = deployment;
  assert.equal(deployment.status(), ACTIVE);
  // Juju refuses to show the secret that the charm keeps its key in.
  const { faults, log } = deployment.model;
  faults.failTool({ tool: "secret-get", stderr: "ERROR permission denied\n", times: Infinity });
  await deployment.updateStatus();
  assert.equal(deployment.status(), "waiting: Juju does not show our own secret; run check");
  const explanation = "Juju does not show our own secret: permission denied";
  assert.ok(log.some(({ level, message }) => level === "WARNING" && message.includes(explanation)));
  const { message } = await runAction(deployment, "check");
  assert.equal(message, `credential: ${explanation}`);
  faults.clear();
  await deployment.updateStatus();
  assert.equal(deployment.status(), ACTIVE);
});

Deno.test.each(
  [
    {
      jujuVersion: "3.6.28",
      status: /^waiting: The leader enters LXD by trust-token in its next hook$/,
    },
    { jujuVersion: "4.0.15", status: /^active/ },
  ] as const,
)(
  "trust token: it comes before the trust of Juju $jujuVersion",
  async ({ jujuVersion, status }) => {
    await using lxd = await startLxd();
    const { deployment, requirer } = await deployAlone(lxd, {
      trust: true,
      model: { jujuVersion },
    });
    await using _ = deployment;
    assert.equal(deployment.status(), ACTIVE);
    const tools = deployment.model.runs.flatMap(({ tools }) => tools.map(({ tool }) => tool));
    assert.deepEqual(
      tools.filter((tool) => tool.startsWith("secret")),
      [],
      "trust alone costs nothing",
    );
    const before = requirer.told();
    await configure(deployment, await makeToken(lxd));
    assert.match(deployment.status(), status);
    assert.deepEqual(requirer.told().trusted, before.trusted);
    await deployment.updateStatus();
    assert.equal(deployment.status(), ACTIVE);
    assert.equal((await entriesOf(lxd)).length, 1);
    assert.deepEqual(requirer.told(), before);
  },
);

Deno.test("trust token: one that LXD does not take has its own status", async () => {
  await using lxd = await startLxd();
  await using other = await startLxd();
  const { deployment } = await deployAlone(lxd);
  await using _ = deployment;
  const before = await lxd.trustStore();
  const [used, foreign] = [await makeToken(lxd), await makeToken(other)];
  const content = readToken(used);
  const taken = { ...content, secret: content.secret.replaceAll(/[0-9]/g, "0") };
  const { fingerprint } = readToken(foreign);
  const [{ address = "" } = {}] = lxd.members;
  for (
    const [token, status] of [
      [renderToken(taken), USED],
      [
        renderToken({ ...taken, "expires_at": "2026-01-02T03:04:05Z" }),
        "blocked: Set a new trust-token: this one expired on 2026-01-02",
      ],
      [
        renderToken({ ...content, fingerprint }),
        `blocked: Set a new trust-token: ${address}:8443 is another server`,
      ],
      ["garbage", "blocked: Set trust-token to what lxc config trust add printed"],
      [
        renderToken({ ...content, addresses: ["127.0.0.1:1"] }),
        "waiting: No answer from https://127.0.0.1:1: connection refused",
      ],
    ] as const
  ) {
    await configure(deployment, token);
    assert.equal(deployment.status(), status);
    // The status stays, whatever hook runs.
    await deployment.updateStatus();
    assert.equal(deployment.status(), status);
  }
  assert.deepEqual(await lxd.trustStore(), before);
  await configure(deployment, used);
  assert.equal(deployment.status(), ACTIVE);
  // Somebody removes our certificate. The token is used by now.
  await lxd.distrust((await entriesOf(lxd))[0]?.fingerprint ?? "");
  await deployment.updateStatus();
  assert.equal(deployment.status(), USED);
  await configure(deployment, null);
  assert.equal(
    deployment.status(),
    "blocked: Set a new trust-token: LXD trusts our certificate no more",
  );
  await configure(deployment, await makeToken(lxd, { name: `${NAME} again` }));
  assert.equal(deployment.status(), ACTIVE);
});

Deno.test("trust token: a restricted one is of no use", async () => {
  await using lxd = await startLxd();
  const { deployment } = await deployAlone(lxd);
  await using _ = deployment;
  await configure(deployment, await makeToken(lxd, { projects: ["default"] }));
  assert.match(deployment.status(), /^blocked: Lift the restriction of our certificate /);
});

Deno.test("trust token: one for another LXD leads there, once LXD takes it", async () => {
  await using lxd = await startLxd();
  await using other = await startLxd();
  const { deployment, requirer } = await deployAlone(lxd);
  await using _ = deployment;
  await configure(deployment, await makeToken(lxd));
  const before = requirer.told();
  const good = await makeToken(other);
  const content = readToken(good);
  await configure(deployment, renderToken({ ...content, secret: "0".repeat(64) }));
  assert.equal(deployment.status(), USED);
  const more = await createCertificate();
  requirer.offer(0, [more]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, [more.fingerprint], "the former LXD serves on");
  assert.deepEqual(requirer.told().endpoints, before.endpoints);
  const run = await deployment.model.settle();
  assert.equal(run, undefined);
  deployment.model.configure(APPLICATION, { "trust-token": good });
  await deployment.model.settle();
  assert.equal(deployment.status(), ACTIVE);
  assert.deepEqual(requirer.told().endpoints, other.members.map(({ endpoint }) => endpoint));
  assert.equal(requirer.told().server, other.serverCertificate);
  assert.equal((await entriesOf(other)).length, 1);
  deployment.model.configure(APPLICATION, { "trust-token": null });
  await deployment.model.settle();
  assert.equal(deployment.status(), ACTIVE);
  assert.deepEqual(requirer.told().endpoints, other.members.map(({ endpoint }) => endpoint));
});

Deno.test("trust token: three units share the credential, and outlive their leader", async () => {
  await using lxd = await startLxd();
  const { deployment, requirer } = await deployAlone(lxd, { units: 3 });
  await using _ = deployment;
  const { model } = deployment;
  const units = () => model.units(APPLICATION);
  for (const unit of units()) assert.match(deployment.status(unit), NO_ACCESS);
  await configure(deployment, await makeToken(lxd));
  for (const unit of units()) {
    assert.equal(deployment.status(unit), ACTIVE, unit);
    assert.equal(requirer.told(unit).trusted.length, 1, unit);
  }
  assert.equal((await entriesOf(lxd)).length, 1);
  const store = await lxd.trustStore();
  model.removeUnit(UNIT);
  await deployment.settle();
  assert.deepEqual(await lxd.trustStore(), store);
  model.addUnit(APPLICATION);
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  for (const unit of units()) assert.equal(deployment.status(unit), ACTIVE, unit);
  model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(await entriesOf(lxd), []);
  // Units that go after it find the certificate gone, which is as it should be.
  assert.deepEqual(model.log.filter(({ message }) => message.includes("may be left")), []);
});

Deno.test("trust token: units that do not lead wait, and say so", async () => {
  await using lxd = await startLxd();
  const { deployment } = await deployAlone(lxd, { units: 2 });
  await using _ = deployment;
  const { model } = deployment;
  model.configure(APPLICATION, { "trust-token": await makeToken(lxd) });
  for (;;) {
    const first = model.pending().findIndex(({ unit }) => unit !== UNIT);
    if (first === -1) break;
    const run = await model.step();
    if (run?.unit !== UNIT) {
      assert.match(run?.statusAfter.message ?? "", /leader enters LXD by trust-token|^LXD /);
    }
  }
  await deployment.settle();
  for (const unit of model.units(APPLICATION)) assert.equal(deployment.status(unit), ACTIVE);
});

Deno.test("trust token: the charm renews its certificate without a gap", async () => {
  await using lxd = await startLxd();
  const { deployment, requirer } = await deployAlone(lxd, { units: 2 });
  await using _ = deployment;
  const { model } = deployment;
  await configure(deployment, await makeToken(lxd));
  const told = requirer.told();
  await deployment.updateStatus();
  const { uri, content } = ownSecret(model);
  const own = fingerprintOf(content["client-cert"] ?? "");
  // A certificate that ends soon takes its place.
  const brief = await createCertificate({ notAfter: new Date(Date.now() + 99 * 86_400_000) });
  await lxd.trust(brief.certificate, { name: `${NAME} brief` });
  await lxd.distrust(own);
  model.updateSecret(uri, {
    ...content,
    "client-cert": brief.certificate,
    "client-key": brief.key,
  });
  const seen: (readonly string[])[] = [];
  for (let hook = 0; hook < 4; hook++) {
    await deployment.updateStatus();
    for (const unit of model.units(APPLICATION)) assert.equal(deployment.status(unit), ACTIVE);
    seen.push((await entriesOf(lxd)).map(({ fingerprint }) => fingerprint));
  }
  const { content: renewed } = ownSecret(model);
  const next = fingerprintOf(renewed["client-cert"] ?? "");
  assert.notEqual(next, brief.fingerprint);
  assert.deepEqual(seen[0], [brief.fingerprint], "first Juju keeps the next one");
  assert.deepEqual(seen[1]?.toSorted(), [brief.fingerprint, next].sort(), "then LXD trusts both");
  assert.deepEqual([seen[2], seen[3]], [[next], [next]], "then the former one goes");
  assert.deepEqual(Object.keys(renewed).sort(), [
    "client-cert",
    "client-key",
    "endpoint",
    "server-cert",
  ]);
  assert.deepEqual(requirer.told(), told);
});

Deno.test("trust token: it is one member's, and the others take over from it", async () => {
  await using lxd = await startCluster();
  const { deployment, requirer } = await deployAlone(lxd);
  await using _ = deployment;
  const [first, , last] = lxd.members;
  assert.ok(first && last);
  if (!IS_NOT_LXD) {
    // LXD 5.0.2 spends a token at any member. It lists the addresses of the one that made it.
    const token = readToken(await makeToken(lxd, { name: "spent" }));
    assert.deepEqual(token.addresses, [`${first.address}:8443`]);
    await configure(deployment, renderToken({ ...token, addresses: [`${last.address}:8443`] }));
    const refusal = /^LXD refuses trust-token: error 500, Bad certificate add.../;
    const messages = deployment.model.runs.map(({ statusAfter }) => statusAfter.message);
    assert.equal(messages.filter((message) => refusal.test(message)).length, 1);
    assert.equal(deployment.status(), USED);
  }
  await configure(deployment, await makeToken(lxd));
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 3 nodes, 1 certificate`);
  assert.deepEqual(requirer.told().endpoints, lxd.members.map(({ endpoint }) => endpoint));
  await configure(deployment, null);
  await first.kill();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  assert.match(deployment.status(), /^active: /);
});

Deno.test("trust token: neither it nor the key is shown anywhere", async () => {
  await using lxd = await startLxd();
  const { deployment } = await deployAlone(lxd, { units: 2 });
  await using _ = deployment;
  const { model } = deployment;
  const token = await makeToken(lxd);
  const { secret } = readToken(token);
  await configure(deployment, renderToken({ ...readToken(token), secret: "0".repeat(64) }));
  assert.equal(deployment.status(), USED);
  await configure(deployment, token);
  await deployment.updateStatus();
  const { content } = ownSecret(model);
  const lines = content["client-key"]?.split("\n").filter((line) => line.length === 64) ?? [];
  assert.equal(lines.length, 3);
  const shown = [
    ...model.log.map(({ message }) => message),
    ...model.runs.flatMap(({ stdout, stderr, error, statusAfter, tools }) => [
      stdout,
      stderr,
      error,
      statusAfter.message,
      ...tools.flatMap(({ args, stdin = "" }) => [...args, stdin]),
    ]),
    ...Object.values(model.databags()).flatMap(Object.values),
  ].join("\n");
  for (const text of [token, secret, "0".repeat(64), ...lines]) assert.ok(!shown.includes(text));
});
