import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";
import { type StandIn, startStandIn } from "../lxd/stand_in.ts";
import { IDENTITY_ENTITLEMENTS } from "../lxd/stand_in_answer.ts";
import { DIALECTS } from "../lxd/stand_in_dialect.ts";
import { deploy } from "../harness/deployment.ts";

const NEWER = TESTED_DIALECTS.filter((dialect) => DIALECTS[dialect].identities);

for (const dialect of NEWER) {
  Deno.test(`identities: an identity of LXD ${dialect} that may manage certificates is enough`, async () => {
    for (const entitlements of [IDENTITY_ENTITLEMENTS, ["admin"]]) {
      await using lxd = await startStandIn({ dialect });
      const credential = await identity(lxd, entitlements);
      await using deployment = await deploy(lxd, { cloud: { credential } });
      const requirer = deployment.requirer();
      const [first, second] = [await createCertificate(), await createCertificate()];
      requirer.offer(0, [first]);
      await deployment.settle();
      requirer.offer(0, [second]);
      await deployment.settle();
      assert.match(
        deployment.status(),
        /^active: LXD \S+: 1 node, 1 certificate$/,
        `${entitlements}`,
      );
      assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
      assert.deepEqual(await deployment.ours(), { [second.fingerprint]: "1:my-charm-0" });
    }
  });

  Deno.test(`identities: with an identity of LXD ${dialect} that may do less, published data stays`, async () => {
    await using lxd = await startStandIn({ dialect });
    await using deployment = await deploy(lxd);
    const requirer = deployment.requirer();
    const [first, second] = [await createCertificate(), await createCertificate()];
    requirer.offer(0, [first]);
    await deployment.settle();
    const told = requirer.told();
    assert.deepEqual(told.trusted, [first.fingerprint]);
    requirer.offer(0, [second]);
    for (const missing of IDENTITY_ENTITLEMENTS) {
      const rest = IDENTITY_ENTITLEMENTS.filter((one) => one !== missing);
      const credential = await identity(lxd, rest);
      deployment.model.setCloud(deployment.cloud({ credential }));
      await deployment.updateStatus();
      assert.equal(
        deployment.status(),
        `blocked: Let our identity ${credential.fingerprint.slice(0, 12)} manage LXD's identities`,
        missing,
      );
      assert.deepEqual(requirer.told(), told, missing);
    }
    deployment.model.setCloud(deployment.cloud());
    await deployment.updateStatus();
    assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
  });
}

for (const dialect of TESTED_DIALECTS) {
  Deno.test(`identities: after LXD ${dialect} restricts the credential, published data stays true`, async () => {
    for (const config of [{}, { "user.any": "1", "user.microcloud": "2" }]) {
      for (const members of [1, 3]) {
        await using lxd = await startStandIn({ dialect, members });
        await using deployment = await deploy(lxd, { units: 2 });
        await lxd.admin("PATCH", "/1.0", { config });
        const requirer = deployment.requirer();
        const [first, second] = [await createCertificate(), await createCertificate()];
        requirer.offer(0, [first]);
        await deployment.settle();
        const told = requirer.told();
        assert.deepEqual(told.trusted, [first.fingerprint]);
        const { fingerprint } = deployment.credential;
        await lxd.amend(fingerprint, { restricted: true, projects: ["default"] });
        requirer.offer(0, [second]);
        await deployment.updateStatus();
        for (const unit of deployment.model.units("lxd-integrator")) {
          assert.equal(
            deployment.status(unit),
            `blocked: Lift the restriction of our certificate ${fingerprint.slice(0, 12)} in LXD`,
          );
          assert.deepEqual(requirer.told(unit), told);
        }
        await lxd.amend(fingerprint, { restricted: false, projects: [] });
        await deployment.updateStatus();
        assert.deepEqual(requirer.told().trusted, [second.fingerprint]);
      }
    }
  });
}

let number = 0;

/** Creates an identity in a group with entitlements on the server. */
async function identity(
  { admin }: StandIn,
  entitlements: readonly string[],
): Promise<TestCertificate> {
  number += 1;
  const group = `group${number}`;
  const permissions = entitlements.map((entitlement) => ({
    entity_type: "server",
    url: "/1.0",
    entitlement,
  }));
  const made = await createCertificate({ commonName: group });
  const { certificate } = made;
  const name = `identity${number}`;
  for (
    const reply of [
      await admin("POST", "/1.0/auth/groups", { name: group, permissions }),
      await admin("POST", "/1.0/auth/identities/tls", { name, certificate, groups: [group] }),
    ]
  ) assert.ok(reply.status < 300);
  return made;
}
