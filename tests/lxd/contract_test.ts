import { CERTIFICATE_CASES } from "./contract_certificates.ts";
import { CLUSTER_CASES, CLUSTER_CHANGE_CASES } from "./contract_cluster.ts";
import { INSTANCE_CASES } from "./contract_instances.ts";
import { SERVER_CASES, SERVER_CHANGE_CASES } from "./contract_server.ts";
import type { Case } from "./contract_tools.ts";
import { type RealLxd, startCluster, startLxd } from "./real.ts";
import { startStandIn } from "./stand_in.ts";
import type { LxdWorld } from "./world.ts";

// A real LXD takes a second or more to start, so its cases share one.
let standalone: RealLxd | undefined;
let cluster: RealLxd | undefined;

Deno.test.beforeAll(async () => {
  standalone = await startLxd();
  cluster = await startCluster();
});

Deno.test.afterAll(async () => {
  await standalone?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

for (const one of [...SERVER_CASES, ...CERTIFICATE_CASES, ...INSTANCE_CASES]) {
  contract(one, "real", () => borrowed(standalone));
  contract(one, "stand-in", () => startStandIn());
}

for (const one of SERVER_CHANGE_CASES) {
  contract(one, "real", () => startLxd());
  contract(one, "stand-in", () => startStandIn());
}

for (const one of [...CLUSTER_CASES, ...INSTANCE_CASES]) {
  contract(one, "real", () => borrowed(cluster));
  contract(one, "stand-in", () => startStandIn({ members: 3 }));
}

for (const one of CLUSTER_CHANGE_CASES) {
  contract(one, "real", () => startCluster());
  contract(one, "stand-in", () => startStandIn({ members: 3 }));
}

function contract([name, check]: Case, kind: string, start: () => Promise<LxdWorld>): void {
  Deno.test(`contract: ${name} (${kind})`, async () => {
    await using world = await start();
    await check(world);
  });
}

function borrowed(world: RealLxd | undefined): Promise<LxdWorld> {
  if (world === undefined) throw new Error("Cannot use a real LXD: it did not start");
  return Promise.resolve({
    members: world.members,
    get serverCertificate() {
      return world.serverCertificate;
    },
    admin: world.admin,
    trustStore: world.trustStore,
    trust: world.trust,
    distrust: world.distrust,
    amend: world.amend,
    createProject: world.createProject,
    deleteProject: world.deleteProject,
    // The next case uses it, too.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
