/**
 * Real daemons from Debian's packages, of LXD or Incus: a standalone server, or a cluster.
 *
 * @module
 */
import { administration, LIMIT_MS, succeed, until } from "./administration.ts";
import { createDaemon, type Daemon, type ServerIdentity } from "./daemon.ts";
import { joinCluster } from "./join_cluster.ts";
import { claimLoopback, LXD_PORT } from "./loopback.ts";
import { LXD, type Product } from "./product.ts";
import type { LxdMember, LxdRequest, LxdWorld } from "./world.ts";

/** Options of a standalone LXD. */
export interface LxdOptions {
  /** Its server certificate. @default {one that LXD makes} */
  readonly identity?: ServerIdentity;
  /** Product of the daemons. @default {LXD} */
  readonly product?: Product;
}

/** Options of a cluster. */
export interface ClusterOptions {
  /** Number of members, named "member1" and so on. @default {3} */
  readonly members?: number;
  /**
   * After how many seconds without a heartbeat a member counts as Offline; LXD's own default is
   * 20. LXD refuses less than 11; heartbeats come every 10 seconds. @default {11}
   */
  readonly offlineThresholdSeconds?: number;
  /** Product of the daemons. @default {LXD} */
  readonly product?: Product;
}

/** A real LXD. */
export interface RealLxd extends LxdWorld {
  /** The daemons, in the order of `members`. */
  readonly daemons: readonly Daemon[];
}

/** Starts a standalone LXD. */
export async function startLxd(options: LxdOptions = {}): Promise<RealLxd> {
  const { identity, product = LXD } = options;
  return await start(1, { identity, product }, async (_world, [member]) => {
    await listen(member);
  });
}

/** Starts a cluster. */
export async function startCluster(
  options: ClusterOptions = {},
): Promise<RealLxd> {
  const { members: count = 3, offlineThresholdSeconds = 11, product = LXD } = options;
  return await start(count, { product }, async (world, [first, ...others]) => {
    await listen(first);
    await succeed(world.admin, ["PUT", "/1.0/cluster", {
      server_name: first.name,
      enabled: true,
    }]);
    await succeed(world.admin, ["PATCH", "/1.0", {
      config: { "cluster.offline_threshold": String(offlineThresholdSeconds) },
    }]);
    const tokens = await Promise.all(others.map((member) => createToken(first, member)));
    for (const [index, member] of others.entries()) {
      await joinCluster({
        product,
        directory: member.daemon.directory,
        serverAddress: `${member.address}:${LXD_PORT}`,
        token: tokens[index] ?? "",
      });
    }
    await until("form a cluster", LIMIT_MS, () => isFormed(world));
  });
}

interface RealMember extends LxdMember {
  readonly daemon: Daemon;
  readonly listening: () => boolean;
}

async function start(
  count: number,
  { identity, product }: {
    readonly identity?: ServerIdentity | undefined;
    readonly product: Product;
  },
  setUp: (
    world: RealLxd,
    members: [RealMember, ...RealMember[]],
  ) => Promise<void>,
): Promise<RealLxd> {
  await product.ensure();
  // If a later step fails, this ends what is running.
  await using begun = new AsyncDisposableStack();
  const loopback = begun.use(claimLoopback(count));
  const member = async (n: number) => {
    const daemon = begun.use(await createDaemon(identity, product));
    return createMember(`member${n}`, loopback.address(n), daemon);
  };
  const first = await member(1);
  const members: [RealMember, ...RealMember[]] = [first];
  for (let n = 2; n <= count; n++) members.push(await member(n));
  await Promise.all(members.map((one) => one.start()));

  const admin: LxdRequest = (...request) => {
    const listening = members.find((one) => one.listening());
    if (listening === undefined) {
      throw new Error("Cannot reach LXD: no member runs");
    }
    return listening.daemon.api(...request);
  };
  const ended = new AsyncDisposableStack();
  const world: RealLxd = {
    members,
    daemons: members.map(({ daemon }) => daemon),
    get serverCertificate() {
      return (members.find((one) => one.listening()) ?? first).daemon
        .serverCertificate();
    },
    admin,
    ...administration(admin),
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
  await setUp(world, members);
  ended.use(begun.move());
  return world;
}

function createMember(
  name: string,
  address: string,
  daemon: Daemon,
): RealMember {
  let paused = false;
  return {
    name,
    address,
    endpoint: `https://${address}:${LXD_PORT}`,
    daemon,
    get running() {
      return daemon.pid() !== undefined;
    },
    listening: () => daemon.pid() !== undefined && !paused,
    async start() {
      paused = false;
      daemon.spawn();
      await daemon.ready();
      await daemon.settled();
    },
    stop: () => daemon.end("SIGTERM"),
    kill: () => daemon.end("SIGKILL"),
    pause() {
      paused = true;
      daemon.signal("SIGSTOP");
      return Promise.resolve();
    },
    resume() {
      paused = false;
      daemon.signal("SIGCONT");
      return Promise.resolve();
    },
  };
}

async function listen(member: RealMember): Promise<void> {
  await succeed(member.daemon.api, ["PATCH", "/1.0", {
    config: { "core.https_address": `${member.address}:${LXD_PORT}` },
  }]);
}

/** Makes the token that `lxc cluster add` prints: metadata of the operation, as JSON in base64. */
async function createToken(
  first: RealMember,
  member: RealMember,
): Promise<string> {
  // Its operation runs until the token is used.
  const { body } = await first.daemon.api("POST", "/1.0/cluster/members", {
    server_name: member.name,
  });
  const { secret, fingerprint, addresses, expiresAt } = body?.metadata.metadata;
  return new TextEncoder().encode(JSON.stringify({
    server_name: member.name,
    fingerprint,
    addresses,
    secret,
    expires_at: expiresAt,
  })).toBase64();
}

/** Whether every member reports all members as Online. */
async function isFormed(world: RealLxd): Promise<boolean> {
  const views = await Promise.all(world.daemons.map(async ({ api }) => {
    const { metadata } = await succeed(api, ["GET", "/1.0/cluster/members?recursion=1"]);
    return metadata.filter((member: { status: string }) => member.status === "Online").length;
  }));
  return views.every((online) => online === world.members.length);
}
