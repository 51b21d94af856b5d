import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { startLxd } from "../lxd/servers.ts";

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
  requirer.offer(0, [await createCertificate(), "garbage"]);
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
