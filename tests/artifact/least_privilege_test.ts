/**
 * Runs each executable under strace, in a Juju model with a real LXD. The test checks the files
 * that it writes, the programs that it starts and its connections. Of the model's hook tools it
 * checks the connections only.
 */
import assert from "node:assert/strict";
import { basename, dirname } from "node:path/posix";
import { findExecutables } from "../../build/executables.ts";
import { readDenoConfig } from "../../build/project.ts";
import { WRITE_SECRET } from "../../lib/juju/hook_tools.ts";
import { createCertificate } from "../certificates.ts";
import { startLxd } from "../lxd/real.ts";
import { makeToken } from "../lxd/trust_token.ts";
import { ensurePackages } from "../packages.ts";
import { APPLICATION, CHARM, UNIT } from "../harness/charm.ts";
import { addCollector } from "../harness/collector.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { ROOT } from "./project.ts";
import { createTracer, type Trace } from "./trace.ts";

const EXECUTABLES = await findExecutables(ROOT);

Deno.test("every executable does only what it declares", async (t) => {
  await ensurePackages({ purpose: "trace", packages: ["strace"], programs: [["strace", "-V"]] });
  const { permissions } = await readDenoConfig(ROOT);
  const folder = await makeTemporaryFolder({ prefix: "traces-" });
  try {
    const { run, traces } = createTracer(folder);
    await using lxd = await startLxd();
    const address = lxd.members[0]?.endpoint.slice("https://".length);
    {
      await using world = await deploy(lxd, { model: { run } });
      await runEverything(world);
    }
    const seen = Map.groupBy(traces, ({ executable }) => executable);
    assert.deepEqual([...seen.keys()].toSorted(), EXECUTABLES.map(({ path }) => path).toSorted());
    for (const { path, permissions: set } of EXECUTABLES) {
      const declared = permissions[set]?.run;
      assert.ok(Array.isArray(declared));
      await t.step(path, () => {
        for (const trace of seen.get(path) ?? []) check(trace, declared, address);
      });
    }
    await t.step("and does something", () => {
      const all = (of: (trace: Trace) => readonly string[]) => new Set(traces.flatMap(of));
      assert.deepEqual(all(({ reached }) => reached), new Set([address]));
      const programs = [...all(({ programs }) => programs)].map((path) => basename(path));
      assert.deepEqual(
        programs.filter((name) => name.startsWith("secret-w") || /^secret-(add|set)$/.test(name))
          .toSorted(),
        ["secret-add", "secret-set", "secret-write"],
      );
      assert.ok(traces.every(({ programs }) => programs.length > 2));
      assert.notEqual(all(({ written }) => written).size, 0);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function check(
  { executable, charm, programs, written, reached, tools }: Trace,
  declared: readonly string[],
  address: string | undefined,
): void {
  const agent = dirname(charm);
  const allowed = new Set([
    `${charm}/${executable}`,
    `${charm}/runtime/deno`,
    ...declared.map((tool) => `${agent}/tools/${tool}`),
    // It runs one of two hook tools.
    ...declared.includes(WRITE_SECRET)
      ? [
        `${charm}/runtime/tools/${WRITE_SECRET}`,
        ...["secret-add", "secret-set"].map((tool) => `${agent}/tools/${tool}`),
      ]
      : [],
  ]);
  assert.deepEqual(programs.filter((path) => !allowed.has(path)), []);
  assert.deepEqual(written.filter((path) => !path.startsWith(`${charm}/`)), []);
  assert.deepEqual(reached.filter((each) => each !== address), []);
  assert.deepEqual(tools.filter((each) => each !== `${agent}/agent.socket`), []);
}

/** Makes Juju run every hook and every action at least once. */
async function runEverything({ lxd, model, cloud, ...world }: Deployment): Promise<void> {
  const [certificate, other] = [await createCertificate(), await createCertificate()];
  model.addUnit(APPLICATION);
  const requirer = world.requirer("my-charm", 2);
  requirer.offer(0, [certificate]);
  const https = relateHttps(model, "https-client", 2);
  https.offer(0, other.certificate);
  const collector = addCollector(model);
  await world.settle();
  collector.relation.write("otelcol/0", { receivers: "[]" });
  await world.settle();

  const attrs = cloud().credential?.attrs;
  const secret = { ...attrs, endpoint: lxd.members[0]?.endpoint ?? "" };
  const uri = model.addSecret("lxd", secret);
  model.grantSecret(uri, APPLICATION);
  model.configure(APPLICATION, { "credentials-secret": uri });
  await world.settle();
  model.updateSecret(uri, { ...secret, endpoint: `${secret.endpoint}/` });
  await world.updateStatus();
  model.configure(APPLICATION, {
    "credentials-secret": null,
    "trust-token": await makeToken(lxd),
  });
  await world.settle();
  await world.updateStatus();

  for (const { path } of EXECUTABLES.filter(({ path }) => path.startsWith("actions/"))) {
    await model.runAction(UNIT, path.slice("actions/".length));
  }
  await model.refresh(APPLICATION, CHARM);
  model.removeUnit("my-charm/1");
  model.removeUnit("https-client/1");
  await world.settle();
  model.removeRelation(requirer.relation);
  model.removeRelation(https.relation);
  model.removeRelation(collector.relation);
  await world.settle();
  model.removeApplication(APPLICATION);
  await model.settle();
}
