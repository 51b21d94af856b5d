import assert from "node:assert/strict";
import { createServer } from "node:net";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { enableClustering } from "../lxd/administration.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { completed, runAction, type Shown } from "../harness/actions.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";

const WAY = [
  "credential",
  "endpoint",
  "tcp",
  "tls",
  "pin",
  "trusted",
  "manage",
  "projects",
  "cluster",
];

/** Runs the action, which must fail at a step. Returns why. */
async function failsAt(deployment: Deployment, step: string): Promise<string> {
  const { status, message, results, log } = await runAction(deployment, "check");
  assert.equal(status, "failed");
  const taken = stepsOf(results);
  assert.deepEqual(taken.map(([name]) => name), WAY.slice(0, WAY.indexOf(step) + 1));
  assert.deepEqual(taken.map(([, { result }]) => result), [
    ...taken.slice(1).map(() => "ok"),
    "failed",
  ]);
  assert.ok(message.startsWith(`${step}: `), message);
  assert.equal(log.length, taken.length);
  return message;
}

/** Returns the steps in their order. */
function stepsOf({ steps }: Shown): readonly (readonly [string, Shown])[] {
  return Object.keys(steps).toSorted().map((key) =>
    [key.replace(/^\d+-/, ""), steps[key]] as const
  );
}

Deno.test("check: the whole way, with each related application", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd, { config: { projects: "web" } });
  const [one, other] = [deployment.requirer("one", 2), deployment.requirer("other")];
  one.offer(0, [await createCertificate()]);
  other.offer(0, ["x"]);
  await deployment.settle();
  const steps = stepsOf(await completed(deployment, "check"));
  assert.deepEqual(steps.map(([name]) => name), [...WAY, "relation-1", "relation-2"]);
  for (const [name, { result, ms }] of steps) {
    assert.equal(result, "ok", name);
    assert.match(ms, /^\d+$/);
  }
  const details = Object.fromEntries(steps.map(([name, { detail }]) => [name, detail]));
  assert.match(details["credential"], /^found in the cloud, by juju trust: our certificate is /);
  assert.ok(details["credential"].endsWith(deployment.credential.fingerprint));
  assert.ok(details["tls"].endsWith(fingerprintOf(lxd.serverCertificate)));
  assert.equal(details["trusted"], `LXD ${VERSION} trusts our certificate`);
  assert.equal(details["projects"], "LXD has web");
  assert.equal(details["relation-1"], "one at api, 2 units: 1 trusted, 0 pending, 0 rejected");
  assert.equal(details["relation-2"], "other at api, 1 unit: 0 trusted, 0 pending, 1 rejected");
});

Deno.test("check: it stops at the first failure, and says what to do", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model, cloud } = deployment;
  const [member] = lxd.members;
  assert.ok(member);
  model.untrust(APPLICATION);
  assert.match(await failsAt(deployment, "credential"), /juju trust lxd-integrator$/);
  model.trust(APPLICATION);
  model.setCloud(cloud({ endpoint: "unix:///x" }));
  assert.match(await failsAt(deployment, "credential"), /it must be https:\/\/host:port$/);
  model.setCloud(cloud({ server: (await createCertificate()).certificate }));
  assert.match(await failsAt(deployment, "pin"), /presents the certificate .*, not the expected /);
  model.setCloud(cloud({ credential: await createCertificate() }));
  assert.match(await failsAt(deployment, "trusted"), /add it to LXD's trust store/);
  const restricted = await createCertificate();
  await lxd.trust(restricted.certificate, { name: "r", restricted: true, projects: ["default"] });
  model.setCloud(cloud({ credential: restricted }));
  assert.match(await failsAt(deployment, "manage"), /it must not be restricted to projects$/);
  model.setCloud(cloud());
  model.configure(APPLICATION, { projects: "wbe" });
  assert.match(await failsAt(deployment, "projects"), /No LXD project "wbe"; set projects$/);
  model.configure(APPLICATION, { projects: null });
  await member.stop();
  const refused = await failsAt(deployment, "tcp");
  assert.match(
    refused,
    /ECONNREFUSED; start LXD there, set its core.https_address, or open the way/,
  );
  await member.start();
  await completed(deployment, "check");
  // LXD gets another certificate then.
  await enableClustering(lxd);
  assert.match(await failsAt(deployment, "pin"), /if it was replaced, update the credential's/);
});

Deno.test("check: a port where no TLS is spoken", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const server = createServer((socket) => socket.on("error", () => {}).end("no\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    assert.ok(typeof address === "object" && address);
    deployment.model.setCloud(deployment.cloud({ endpoint: `127.0.0.1:${address.port}` }));
    assert.match(await failsAt(deployment, "tls"), /^tls: No TLS at .*: set the endpoint to the /);
  } finally {
    server.close();
  }
});
