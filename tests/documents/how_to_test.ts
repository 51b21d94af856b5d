/**
 * Runs the commands of the guides in `docs/how-to-*.md`. Each guide begins where its reader is. Hooks
 * run in this process where the guide is about the commands, which takes half of the time.
 */
import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { createStoragePool, replaceServerCertificate } from "../lxd/administration.ts";
import { type RealLxd, startCluster, startLxd } from "../lxd/real.ts";
import { readDocument } from "./run/document.ts";
import { createOperator, type Operator } from "./run/operator.ts";

const DEPLOY = "juju deploy ./dist/lxd-integrator_amd64.charm";
const TRUST = "juju trust lxd-integrator";
const TOKEN =
  'juju config lxd-integrator trust-token="$(lxc config trust add --name lxd-integrator)"';
const MY_CHARM = "juju deploy ./dist/my-charm_amd64.charm";
const INTEGRATE = "juju integrate lxd-integrator:api my-charm:lxd";

const QUICK = { running: "in process" } as const;
const ADDRESS = "10.0.0.1";
const OTHER_ADDRESS = "10.0.0.7";

/** Starts a server as `lxd init --auto` leaves it. */
async function startReady(): Promise<RealLxd> {
  const lxd = await startLxd();
  await createStoragePool(lxd, "default");
  return lxd;
}

function addressOf({ members: [member] }: RealLxd): string {
  return member?.address ?? "";
}

async function prepare({ shell }: Operator, ...commands: readonly string[]): Promise<void> {
  await shell.run(commands.join("\n"));
}

Deno.test("how to restrict to projects", async () => {
  await using lxd = await startReady();
  await using operator = await createOperator(lxd, QUICK);
  await prepare(operator, DEPLOY, TRUST, MY_CHARM, INTEGRATE);
  const guide = await readDocument("docs/how-to-restrict-to-projects.md");
  await guide.run(operator.shell);
  guide.checkAll();
});

Deno.test("how to rotate", async () => {
  await using lxd = await startReady();
  await using operator = await createOperator(lxd, QUICK);
  await prepare(operator, DEPLOY, TOKEN, MY_CHARM, INTEGRATE);
  const guide = await readDocument("docs/how-to-rotate.md", { [ADDRESS]: addressOf(lxd) });
  await guide.run(operator.shell);
  guide.checkAll("shred -u client.key");
});

Deno.test("how to use another LXD", async () => {
  await using lxd = await startReady();
  await using other = await startReady();
  await using operator = await createOperator(lxd, { ...QUICK, remotes: { other } });
  await prepare(operator, DEPLOY, TRUST, MY_CHARM, INTEGRATE);
  const path = "docs/how-to-use-another-lxd.md";
  const guide = await readDocument(path, { [OTHER_ADDRESS]: addressOf(other) });
  await guide.run(operator.shell, "Use another LXD");
  for (
    const [way, source, ...reset] of [
      ["By a token", "the secret of the charm's own key"],
      ["By a secret", "the secret of credentials-secret", "credentials-secret"],
      ["By options", "the four options"],
    ] as const
  ) {
    await guide.run(operator.shell, way, "See that it worked");
    const steps = await operator.shell.run("juju run lxd-integrator/leader check");
    assert.match(steps, new RegExp(`found in ${source}`), way);
    for (const option of reset) {
      await prepare(operator, `juju config lxd-integrator --reset ${option}`);
    }
  }
  await guide.run(operator.shell, "Clean up the former LXD");
  guide.checkAll();
});

Deno.test("how to go on after a cluster's certificate changed", async () => {
  await using lxd = await startCluster();
  await createStoragePool(lxd, "default");
  await using operator = await createOperator(lxd);
  const { shell, controller } = operator;
  const replace = async () => {
    const ipAddresses = lxd.members.map(({ address }) => address);
    const certificate = await createCertificate({ key: "p384", ipAddresses });
    await replaceServerCertificate(lxd, certificate);
    await controller.updateStatus();
  };
  await prepare(operator, DEPLOY, TRUST, MY_CHARM, INTEGRATE);
  const guide = await readDocument("docs/how-to-after-a-cluster-certificate-changed.md");
  await replace();
  await guide.run(shell, "Find out whether it is LXD", "If the charm uses the credential of Juju");
  await prepare(operator, TOKEN, "juju config lxd-integrator --reset trust-token,lxd_server_cert");
  await replace();
  const blocked = await shell.run("juju status lxd-integrator");
  assert.match(blocked, /lxd-integrator\/0\* +blocked .* Run check: LXD presents/);
  await guide.run(shell, "If the charm got in by a token");
  guide.checkAll();
});

Deno.test("how to use two LXDs", async () => {
  await using lxd = await startReady();
  await using other = await startReady();
  await using operator = await createOperator(lxd, { ...QUICK, remotes: { other } });
  await prepare(operator, MY_CHARM, `${MY_CHARM} other-charm`);
  const guide = await readDocument("docs/how-to-use-two-lxds.md", {
    [ADDRESS]: addressOf(lxd),
    [OTHER_ADDRESS]: addressOf(other),
  });
  await guide.run(operator.shell);
  guide.checkAll();
});

Deno.test("how to deploy in a closed network", async () => {
  await using lxd = await startLxd();
  await using operator = await createOperator(lxd);
  const guide = await readDocument("docs/how-to-closed-network.md");
  await guide.run(operator.shell);
  guide.checkAll("export NPM_CONFIG_REGISTRY=https://npm.example.com/");
});

Deno.test("how to remove", async () => {
  await using lxd = await startReady();
  await using operator = await createOperator(lxd, QUICK);
  const { shell } = operator;
  const guide = await readDocument("docs/how-to-remove.md");
  await prepare(operator, DEPLOY, TOKEN, MY_CHARM, INTEGRATE);
  await guide.run(shell, "Remove the charm");
  await prepare(operator, DEPLOY, TOKEN, INTEGRATE);
  await guide.run(shell, "If the removal does not end", "If the relation is removed by force");
  await prepare(operator, "juju add-model web", DEPLOY, TRUST, MY_CHARM, INTEGRATE);
  await guide.run(shell, "If the whole model is gone");
  guide.checkAll();
});
