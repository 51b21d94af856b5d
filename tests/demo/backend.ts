/**
 * The LXD of the demonstration: a real LXD, or a stand-in if no LXD can be installed.
 *
 * @module
 */
import { ensureLxd } from "../lxd/ensure_lxd.ts";
import { succeeds } from "../packages.ts";
import { startCluster } from "../lxd/real.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import type { LxdWorld } from "../lxd/world.ts";

/** An LXD for the demonstration. */
export interface Backend {
  /** The first line of the demonstration, which names the kind of LXD. */
  readonly says: string;
  /** The noun for its members. */
  readonly members: string;
  /** Starts a cluster. */
  readonly start: (members: number) => Promise<LxdWorld>;
}

/** Installs LXD if possible, and returns the backend. */
export async function findBackend(): Promise<Backend> {
  const obstacle = await findObstacle();
  return obstacle === undefined ? REAL : standIn(
    `LXD cannot run here (${obstacle}): this runs on a stand-in.`,
  );
}

/** Returns a backend with a stand-in. */
export function standIn(says: string): Backend {
  return { says, members: "stand-ins", start: (members) => startStandIn({ members }) };
}

const REAL: Backend = {
  says:
    "This runs on a real LXD: a cluster of its own, which the demonstration removes at the end.",
  members: "LXDs",
  start: (members) => startCluster({ members }),
};

async function findObstacle(): Promise<string | undefined> {
  const { os } = Deno.build;
  if (os !== "linux") return `LXD needs Linux, and this is ${os}`;
  if (Deno.uid() !== 0) return "starting one needs root";
  try {
    await ensureLxd();
  } catch (error) {
    const [message = ""] = String(Error.isError(error) ? error.message : error).split("\n");
    return message.replace(/^Cannot [^:]*: /, "");
  }
  if (!await succeeds("lxd", ["--version"])) return "it is installed, but lxd is not on the PATH";
  // In a container, root may lack rights that the daemons need.
  if (!await succeeds("unshare", ["--mount", "true"])) return "root may not mount file systems";
  return undefined;
}
