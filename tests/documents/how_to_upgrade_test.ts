/**
 * Runs the commands of `docs/how-to-upgrade-from-the-original.md`, and checks the certificates after each.
 */
import assert from "node:assert/strict";
import { createCertificate, fingerprintsOf, type TestCertificate } from "../certificates.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import type { Deployment } from "../harness/deployment.ts";
import { addRequirer, type Requirer, requirerOf } from "../harness/requirer.ts";
import { type JujuVersion, type SampleCharm, sampleCharm } from "../juju/mod.ts";
import { startLxd } from "../lxd/real.ts";
import { parseDocument } from "./run/document.ts";
import { fences } from "./run/fences.ts";
import { createOperator } from "./run/operator.ts";

const PATH = "docs/how-to-upgrade-from-the-original.md";
const PAGE = await Deno.readTextFile(new URL(`../../${PATH}`, import.meta.url));

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

for (const jujuVersion of VERSIONS) {
  for (const [base, course] of Object.entries(COURSES)) {
    Deno.test(`how to upgrade from ${base} on Juju ${jujuVersion}: no certificate is lost`, async () => {
      await using original = await originalCharm();
      await using lxd = await startLxd();
      await using operator = await createOperator(lxd, { model: { jujuVersion } });
      const { deployment } = operator.controller.current();
      const { model } = deployment;
      await model.deploy(original.path, { base, trust: true });
      const requirer = requirerOf("my-charm", addRequirer(model, "my-charm"));
      const certificates = [await createCertificate(), await createCertificate()];
      await publishAsTheOriginal(deployment, requirer, certificates);
      if (base === "ubuntu@20.04") {
        const [refusal] = fences(PAGE).filter(({ info }) => info[0] === "text");
        const message = refusal?.code.trimEnd();
        await assert.rejects(model.refresh(APPLICATION, deployment.charm), { message });
      }
      const guide = parseDocument(PAGE, PATH);
      for (const [heading, bases] of course) {
        const seen: (readonly (string | undefined)[])[] = [];
        const run = async (commands: string) => {
          for (const command of commands.trim().split("\n")) {
            await operator.shell.run(command);
            seen.push(model.units(APPLICATION).map(model.base));
            await checkNothingIsLost(deployment, requirer, certificates);
          }
          return "";
        };
        await guide.run({ run }, heading);
        assert.deepEqual(seen, bases, heading);
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

Deno.test("how to upgrade: the courses hold all commands", () => {
  const headings = new Set(Object.values(COURSES).flat().map(([heading]) => heading));
  const commands = fences(PAGE).filter(({ info }) => info[0] !== "text");
  assert.deepEqual(new Set(commands.map(({ heading }) => heading)), headings);
});

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
