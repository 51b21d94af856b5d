/**
 * The LXD of the demonstration: a real LXD, or a stand-in if no LXD can be installed.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { ensureLxd } from "../lxd/ensure_lxd.ts";
import { succeeds } from "../packages.ts";
import {
  type CertificateEvent,
  followCertificates,
  type Follower,
} from "../lxd/follow_certificates.ts";
import { startCluster } from "../lxd/real.ts";
import { type StandIn, startStandIn } from "../lxd/stand_in.ts";
import type { LxdWorld } from "../lxd/world.ts";

/** An LXD that tells what happens to its trust store. */
export interface DemoLxd extends LxdWorld {
  /** Follows the events about certificates. */
  readonly follow: () => Promise<Follower>;
}

/** An LXD for the demonstration. */
export interface Backend {
  /** The first line of the demonstration, which names the kind of LXD. */
  readonly says: string;
  /** The noun for its members. */
  readonly members: string;
  /** Starts a cluster. */
  readonly start: (members: number) => Promise<DemoLxd>;
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
  return {
    says,
    members: "stand-ins",
    start: async (members) => {
      const lxd = await startStandIn({ members });
      return { ...lxd, follow: () => Promise.resolve(followRequests(lxd)) };
    },
  };
}

const REAL: Backend = {
  says:
    "This runs on a real LXD: a cluster of its own, which the demonstration removes at the end.",
  members: "LXDs",
  start: async (members) => {
    const lxd = await startCluster({ members });
    const [daemon] = lxd.daemons;
    if (!daemon) throw new RangeError("Cannot start a cluster without members");
    return { ...lxd, follow: () => followCertificates(daemon.directory) };
  },
};

/** Follows a stand-in. It has no events, but a list of requests, each of which all members do. */
function followRequests(lxd: Pick<StandIn, "members" | "requests">): Follower {
  const before = lxd.requests.length;
  return {
    get events() {
      const changes = lxd.requests.slice(before).flatMap(({ body, method, path }) =>
        changeOf(method, path, body)
      );
      return lxd.members.flatMap(({ name: member }) =>
        changes.map((change): CertificateEvent => ({ ...change, member, time: undefined }))
      );
    },
    [Symbol.dispose]: () => {},
  };
}

function changeOf(
  method: string,
  path: string,
  body: unknown,
): readonly Pick<CertificateEvent, "action" | "fingerprint">[] {
  if (method === "POST" && path === "/1.0/certificates") {
    const { certificate } = body as { readonly certificate: string };
    const der = Uint8Array.fromBase64(certificate);
    return [{ action: "created", fingerprint: createHash("sha256").update(der).digest("hex") }];
  }
  const [, fingerprint] = /^\/1\.0\/certificates\/([0-9a-f]{64})$/.exec(path) ?? [];
  return method === "DELETE" && fingerprint !== undefined
    ? [{ action: "deleted", fingerprint }]
    : [];
}

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
