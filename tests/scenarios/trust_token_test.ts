import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";
import { makeToken } from "../harness/trust_token.ts";

Deno.test("trust token: it is all that the operator gives", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { trust: false });
  const { model } = deployment;
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  assert.match(deployment.status(), /^blocked: Missing credentials access/);
  model.configure(APPLICATION, { "trust-token": await makeToken(lxd) });
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  const [own, ...others] = (await lxd.trustStore()).filter(({ name }) => name === "lxd-integrator");
  assert.deepEqual([own?.type, own?.restricted, others], ["client", false, []]);
});
