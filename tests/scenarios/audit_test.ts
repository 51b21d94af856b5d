import assert from "node:assert/strict";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { ownSecret } from "../harness/own_credential.ts";
import { startLxd } from "../lxd/servers.ts";
import { makeToken } from "../lxd/trust_token.ts";

/** Reads the lines of the audit trail that are new. */
function auditOf({ model }: Deployment): () => readonly string[] {
  let read = 0;
  return () => {
    const lines = model.log.slice(read).filter(({ level }) => level === "INFO")
      // Juju writes the relation before the message of a relation hook.
      .flatMap(({ message }) => message.replace(/^[\w-]+:\d+: /, "").split("\n"));
    read = model.log.length;
    return lines.filter((line) => line.startsWith("lxd-certificate ")).toSorted();
  };
}

function line(event: string, { fingerprint }: TestCertificate, rest: string): string {
  return `lxd-certificate event=${event} fingerprint=${fingerprint} ${rest}`;
}

Deno.test("audit: each change of the trust store is one line, and nothing else is", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd, { units: 2 });
  const { model } = deployment;
  const audit = auditOf(deployment);
  const check = (...lines: readonly string[]) => assert.deepEqual(audit(), lines.toSorted());
  const requirer = deployment.requirer("my-charm", 2);
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => createCertificate()));
  assert.ok(a && b && c);
  requirer.offer(0, [a, b]);
  requirer.offer(1, [c]);
  await deployment.settle();
  const [zero, one] = [0, 1].map((n) => `requirer=my-charm/${n} relation=1`);
  check(
    line("added", a, `${zero} restricted=false`),
    line("added", b, `${zero} restricted=false`),
    line("added", c, `${one} restricted=false`),
  );

  // The operator confines all of them. A requirer sends another one's certificate, too.
  model.configure(APPLICATION, { projects: "web" });
  await deployment.settle();
  const confined = "restricted=true projects=web";
  check(
    line("changed", a, `${zero} ${confined}`),
    line("changed", b, `${zero} ${confined}`),
    line("changed", c, `${one} ${confined}`),
  );
  requirer.offer(1, [c, b]);
  await deployment.settle();
  check(line("changed", b, `shared=true ${confined}`));

  requirer.offer(0, []);
  await deployment.updateStatus();
  check(line("revoked", a, `${zero} ${confined}`), line("changed", b, `${one} ${confined}`));
  model.removeRelation(requirer.relation);
  await deployment.settle();
  check(line("revoked", b, `${one} ${confined}`), line("revoked", c, `${one} ${confined}`));
});

Deno.test("audit: a hook that changes nothing logs nothing", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  const { model } = deployment;
  const requirer = deployment.requirer();
  // What a requirer writes cannot pass for a line of the audit trail.
  const forged = `x\nlxd-certificate event=revoked fingerprint=${"ab".repeat(32)}`;
  requirer.offer(0, [await createCertificate(), forged]);
  const forger = deployment.requirer("forger");
  forger.relation.write("forger/0", { projects: JSON.stringify([forged, "web"]) });
  forger.offer(0, [await createCertificate()]);
  await deployment.settle();
  await deployment.updateStatus();
  const runs = model.runs.length;
  await deployment.updateStatus();
  model.configure(APPLICATION, { "expiry-warning-days": 31 });
  await deployment.settle();
  const quiet = model.runs.slice(runs);
  assert.ok(quiet.length >= 2);
  for (const { hook, tools, stdout } of quiet) {
    assert.ok(tools.every(({ tool }) => tool !== "juju-log"), hook);
    assert.equal(stdout, "", hook);
  }
});

Deno.test("audit: 100 changes take one call of juju-log, and a failing one fails no hook", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  const requirer = deployment.requirer();
  const keyOf = await createCertificate();
  const many = await Promise.all(
    Array.from({ length: 100 }, (_, n) => createCertificate({ keyOf, commonName: `client ${n}` })),
  );
  const audit = auditOf(deployment);
  requirer.offer(0, many);
  await deployment.settle();
  assert.equal(audit().length, 100);
  const calls = model.runs.flatMap(({ tools }) => tools).filter(({ tool }) => tool === "juju-log");
  assert.equal(calls.length, 1);
  model.faults.failTool({ tool: "juju-log", unit: UNIT, stderr: "ERROR no\n" });
  requirer.offer(0, []);
  await deployment.updateStatus();
  assert.deepEqual(await deployment.ours(), {});
});

Deno.test("audit: the charm's own certificate is in it, from the token to the end", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { trust: false });
  const { model } = deployment;
  const audit = auditOf(deployment);
  const own = (event: string, fingerprint: string) =>
    `lxd-certificate event=${event} fingerprint=${fingerprint} own=true restricted=false`;
  const enrol = async () => {
    model.configure(APPLICATION, {
      "trust-token": await makeToken(lxd, { name: crypto.randomUUID() }),
    });
    await deployment.settle();
  };
  await enrol();
  await deployment.updateStatus();
  const { uri, content } = ownSecret(model);
  const first = fingerprintOf(content["client-cert"] ?? "");
  assert.deepEqual(audit(), [own("added", first)]);

  // A certificate that ends soon takes its place, and is renewed.
  const brief = await createCertificate({ notAfter: new Date(Date.now() + 99 * 86_400_000) });
  await lxd.trust(brief.certificate, { name: "brief" });
  await lxd.distrust(first);
  const keys = { "client-cert": brief.certificate, "client-key": brief.key };
  model.updateSecret(uri, { ...content, ...keys });
  for (let hook = 0; hook < 4; hook++) await deployment.updateStatus();
  const next = fingerprintOf(ownSecret(model).content["client-cert"] ?? "");
  assert.deepEqual(audit(), [own("added", next), own("revoked", brief.fingerprint)]);

  // Somebody removes it from LXD. The same LXD takes it again, by a new token.
  await lxd.distrust(next);
  await enrol();
  assert.deepEqual(audit(), [own("added", next)]);
  await deployment.updateStatus();
  assert.deepEqual(audit(), []);
  model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.deepEqual(audit(), [own("revoked", next)]);
});
