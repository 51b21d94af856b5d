import assert from "node:assert/strict";
import { createController } from "./controller.ts";
import { createJuju, type RunJuju } from "./juju.ts";
import { startShell } from "./shell.ts";
import { startStandIn } from "../../lxd/stand_in.ts";

/** Starts a shell without an LXD. */
async function shellWith(juju: RunJuju) {
  return await startShell({ juju, lxd: "/nonexistent", remotes: {}, files: {} });
}

const echo: RunJuju = (args) => Promise.resolve(`${JSON.stringify(args)}\n`);

Deno.test("the shell gives juju its arguments as a shell does", async () => {
  await using shell = await shellWith(echo);
  const output = await shell.run("juju a 'b c' \\\n  d=\"$(juju e | cut -c 2-4)\"\njuju f\n");
  assert.equal(output, '["a","b c","d=\\"e\\""]\n["f"]\n');
});

Deno.test("the shell fails if any program fails, or is unknown", async () => {
  await using shell = await shellWith(([name]) =>
    name === "fail" ? Promise.reject(new Error("no")) : echo([], "")
  );
  for (const commands of ["juju fail", 'juju good a="$(juju fail)"', "juju fail | cut -c 1"]) {
    await assert.rejects(shell.run(commands), /ERROR no|juju fail/, commands);
  }
  await assert.rejects(shell.run("lxc config trust list"), /lxc config trust list \(1\)/);
  await assert.rejects(shell.run("reboot now"), /reboot: not found/);
  assert.equal(await shell.run("juju good"), "[]\n");
});

Deno.test("juju refuses what it does not know: commands, options, charms of Charmhub", async () => {
  await using lxd = await startStandIn();
  await using controller = await createController(lxd, { running: "in process" });
  const juju = createJuju(controller);
  for (
    const [args, reason] of [
      [["bootstrap"], /Cannot try "juju bootstrap"/],
      [["constructor"], /Cannot try "juju constructor"/],
      [["deploy", "lxd-integrator"], /it is no local charm/],
      [["status", "--format=json"], /Cannot use the option --format=json/],
      [["trust", "a", "b"], /Cannot try "juju trust" with "b"/],
      [["trust", "a", "b=c"], /Cannot try "juju trust" with "b"/],
      [["grant-secret", "lxd", "a"], /Cannot find the secret "lxd"/],
      [["remove-relation", "a", "b"], /Cannot find the relation a b/],
      [["switch", "other"], /Cannot find the model "other"/],
      [["config", "a", "b"], /Cannot read an option/],
    ] as const
  ) {
    await assert.rejects(juju(args, "/"), reason);
  }
});
