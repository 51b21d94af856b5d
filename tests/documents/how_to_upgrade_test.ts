/**
 * Runs the commands of `docs/how-to-upgrade-from-the-original.md` in the Juju model.
 */
import assert from "node:assert/strict";
import { createCertificate, fingerprintsOf, type TestCertificate } from "../certificates.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { type Deployment, prepare } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";
import { type JujuVersion, type SampleCharm, sampleCharm } from "../juju/mod.ts";
import { startLxd } from "../lxd/real.ts";
import { code } from "./markdown.ts";

const PAGE = await Deno.readTextFile(
  new URL("../../docs/how-to-upgrade-from-the-original.md", import.meta.url),
);
const CHARM_FILE = "./dist/lxd-integrator_amd64.charm";

/** The steps by the base of the original, with the bases of all units after each command. */
const COURSES = {
  "ubuntu@20.04": [
    ["From Ubuntu 20.04", [["ubuntu@20.04"], ["ubuntu@20.04"]]],
    [
      "Replace the machines",
      [["ubuntu@20.04"], ["ubuntu@20.04", "ubuntu@24.04"], ["ubuntu@24.04"]],
    ],
  ],
  "ubuntu@22.04": [
    ["From Ubuntu 22.04", [["ubuntu@22.04"]]],
    [
      "Replace the machines",
      [["ubuntu@22.04"], ["ubuntu@22.04", "ubuntu@24.04"], ["ubuntu@24.04"]],
    ],
  ],
} as const;
const VERSIONS: readonly JujuVersion[] = ["3.6.28", "4.0.15"];

/** What a command does in the model. The page must use no other command. */
const COMMANDS: Readonly<
  Record<string, (deployment: Deployment, args: readonly string[]) => unknown>
> = {
  "add-unit": ({ model }, [application = ""]) => model.addUnit(application),
  "refresh": async ({ charm, model }, [application = "", ...options]) => {
    assert.deepEqual(options, ["--path", CHARM_FILE]);
    await model.refresh(application, charm);
  },
  "remove-unit": ({ model }, [unit = ""]) => model.removeUnit(unit),
  "set-application-base": ({ model }, [application = "", base = ""]) =>
    model.setApplicationBase(application, base),
};

for (const jujuVersion of VERSIONS) {
  for (const [base, course] of Object.entries(COURSES)) {
    Deno.test(`how to upgrade from ${base} on Juju ${jujuVersion}: no certificate is lost`, async () => {
      await using original = await originalCharm();
      await using lxd = await startLxd();
      await using deployment = await prepare(lxd, { model: { jujuVersion } });
      const { model } = deployment;
      await model.deploy(original.path, { base, trust: true });
      const requirer = deployment.requirer();
      const certificates = [await createCertificate(), await createCertificate()];
      await publishAsTheOriginal(deployment, requirer, certificates);
      if (base === "ubuntu@20.04") {
        const refusal = /^```text\n(.*)\n```$/m.exec(PAGE)?.[1];
        await assert.rejects(model.refresh(APPLICATION, deployment.charm), { message: refusal });
      }
      for (const [heading, bases] of course) {
        const commands = commandsOf(heading);
        assert.equal(commands.length, bases.length, heading);
        for (const [index, command] of commands.entries()) {
          await run(deployment, command);
          assert.deepEqual(model.units(APPLICATION).map(model.base), bases[index], command);
          await checkNothingIsLost(deployment, requirer, certificates);
        }
      }
      assert.deepEqual(
        Object.keys(await deployment.ours()).sort(),
        fingerprintsOf(...certificates),
      );
      const [unit] = model.units(APPLICATION);
      assert.match(deployment.status(unit), /^active: LXD .*: 1 node, 2 certificates$/);
    });
  }
}

function commandsOf(heading: string): readonly string[] {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return code(section).filter((text) => text.endsWith("\n")).flatMap((text) =>
    text.trim().split("\n")
  );
}

async function run(deployment: Deployment, command: string): Promise<void> {
  const [juju, name = "", ...args] = command.split(" ");
  assert.equal(juju, "juju", command);
  const perform = COMMANDS[name];
  assert.ok(perform, `Cannot try "${command}"`);
  await perform(deployment, args);
  await deployment.model.settle();
}

/** Checks that LXD trusts all certificates, and that the units together still publish them. */
async function checkNothingIsLost(
  { lxd, model }: Deployment,
  requirer: Requirer,
  certificates: readonly TestCertificate[],
): Promise<void> {
  const trusted = new Set((await lxd.trustStore()).map(({ fingerprint }) => fingerprint));
  const expected = fingerprintsOf(...certificates);
  assert.deepEqual(expected.filter((fingerprint) => !trusted.has(fingerprint)), []);
  for (const unit of model.units(APPLICATION)) {
    assert.deepEqual([...requirer.told(unit).trusted].sort(), expected, unit);
  }
}

/** Does what the original did: registers certificates, and publishes their fingerprints. */
async function publishAsTheOriginal(
  { lxd, model }: Deployment,
  requirer: Requirer,
  certificates: readonly TestCertificate[],
): Promise<void> {
  await model.settle();
  for (const { certificate } of certificates) await lxd.trust(certificate, { name: "test" });
  const node = {
    endpoint: lxd.members[0]?.endpoint,
    name: "lxd",
    trusted_certs_fp: fingerprintsOf(...certificates),
  };
  requirer.relation.write(UNIT, { version: "1.0", nodes: JSON.stringify([node]) });
  requirer.offer(0, certificates);
  await model.settle();
}

/** Returns a charm with the name, the bases and the endpoints of the original. */
async function originalCharm(): Promise<SampleCharm> {
  const bases = ["20.04", "22.04"].map((channel) => ({
    name: "ubuntu",
    channel,
    architectures: ["amd64", "arm64"],
  }));
  return await sampleCharm({
    "metadata.yaml": "name: lxd-integrator\nsummary: Original.\ndescription: Original.\n" +
      "provides:\n  api:\n    interface: lxd\n",
    "manifest.yaml": JSON.stringify({ bases }),
    "config.yaml": "options: {}\n",
    "actions.yaml": "{}\n",
    dispatch: "#!/bin/sh\nexit 0\n",
  });
}
