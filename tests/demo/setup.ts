/**
 * The first steps of the demonstration: they build the charm, start LXD and deploy the charm.
 *
 * @module
 */
import { basename } from "node:path/posix";
import { buildCharm } from "../../build/charm.ts";
import { createStoragePool } from "../lxd/administration.ts";
import { APPLICATION } from "../harness/charm.ts";
import { buildMyCharm } from "../harness/my_charm.ts";
import { deploy } from "../harness/deployment.ts";
import type { Backend, DemoLxd } from "./backend.ts";
import type { Screen } from "./screen.ts";
import { countHooks, type Demo, MEMBERS, showStatus, showTrust } from "./demo.ts";
import { describeEntry, renderHooks } from "./show.ts";

const BLOCKED = `blocked: Missing credentials access; grant with: juju trust ${APPLICATION}`;

/** The built charms. */
export interface Charms {
  /** Path of the charm. */
  readonly charm: string;
  /** Path of a charm that wants to talk to LXD. */
  readonly myCharm: string;
}

/** Builds the charms. */
export async function buildTheCharms(screen: Screen): Promise<Charms> {
  screen.heading("Build the charm, and a charm that wants to talk to LXD");
  screen.command("deno task build");
  const charm = await build(screen, buildCharm);
  screen.command("deno task --cwd tests/charms/my-charm build");
  const myCharm = await build(screen, buildMyCharm);
  return { charm, myCharm };
}

async function build(screen: Screen, work: () => Promise<string>): Promise<string> {
  const charm = await screen.wait({ what: "Building", work });
  const { isFile, size } = await Deno.stat(charm);
  const megabytes = (size / 1e6).toFixed(1);
  screen.check(`dist/${basename(charm)} exists: ${megabytes} MB`, { isFile }, { isFile: true });
  return charm;
}

/** Starts a cluster. */
export async function startTheCluster(
  screen: Screen,
  backend: Backend,
  owned: AsyncDisposableStack,
): Promise<DemoLxd> {
  screen.heading(`Start a cluster of ${MEMBERS} ${backend.members}`);
  const lxd = await screen.wait({
    what: `Starting ${MEMBERS} ${backend.members}, which form a cluster`,
    work: async () => owned.use(await backend.start(MEMBERS)),
  });
  const { body } = await lxd.admin("GET", "/1.0/cluster/members?recursion=1");
  const members: { server_name: string; url: string; status: string }[] = body?.metadata ?? [];
  screen.command("lxc cluster list");
  screen.table([
    ["NAME", "URL", "STATE"],
    ...members.map(({ server_name, status, url }) => [server_name, url, status]),
  ]);
  screen.check(
    `${MEMBERS} members are online`,
    members.filter(({ status }) => status === "Online").length,
    MEMBERS,
  );
  const names = members.map(({ server_name: name }) => name).join(" ");
  screen.command(`for m in ${names}; do lxc storage create default dir --target $m; done`);
  screen.command("lxc storage create default dir");
  await screen.wait({
    what: "LXD makes the storage pool",
    work: () => createStoragePool(lxd, "default"),
  });
  return lxd;
}

/** Deploys the charm, without Juju's trust. */
export async function deployTheCharm(
  screen: Screen,
  { charm, lxd, owned }: {
    readonly charm: string;
    readonly lxd: DemoLxd;
    readonly owned: AsyncDisposableStack;
  },
): Promise<Demo> {
  screen.heading("Deploy the charm");
  screen.command(`juju deploy ./dist/${basename(charm)}`);
  const members = await lxd.trustStore();
  const deployment = await screen.wait({
    what: "Juju unpacks the charm and runs its hooks",
    work: async () => owned.use(await deploy(lxd, { trust: false })),
    done: ({ model }) => countHooks(renderHooks(model.runs)),
  });
  screen.lines(renderHooks(deployment.model.runs));
  const demo = { screen, deployment, lxd };
  showStatus(demo, {
    what: "The charm is blocked, and its status names the remedy",
    expected: BLOCKED,
  });
  const store = await showTrust(demo);
  screen.check(
    "LXD trusts its members, Juju and someone else, and has no entry of the charm",
    store.filter(({ type }) => type === "client").map(({ name }) => name).toSorted(),
    ["juju", "someone else's"],
  );
  screen.check(
    "The entries of the members are unchanged",
    store.filter(({ type }) => type === "server").map(describeEntry),
    members.map(describeEntry),
  );
  return demo;
}
