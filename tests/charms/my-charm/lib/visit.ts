/**
 * Visits each LXD node with a certificate that all of them trust.
 *
 * @module
 */
import type { Answer } from "@lxd-integrator/requirer";
import { createPinnedFetch, PinError } from "@lxd-integrator/requirer/pinned-fetch";
import { fingerprintOf, type Identity } from "./identity.ts";
import { ask, run, unitName } from "./juju.ts";
import { LxdError, tryNode } from "./lxd.ts";
import { blocked, short, type Status, waiting } from "./status.ts";

// A short limit, because other hooks wait for this one.
const LIMIT_MS = 20_000;

/** Key of the unit's state in Juju that holds the visited nodes. */
const VISITED = "visited";

/** The visited nodes. */
interface Visited {
  /** The certificate of the visit, and the pinned certificate. */
  readonly with: string;
  /** Endpoints of the nodes. */
  readonly endpoints: readonly string[];
}

/**
 * Visits each node that was not visited with this certificate. Returns the status.
 */
export async function visitNodes(identity: Identity, { nodes, server }: Answer): Promise<Status> {
  if (!server) return blocked("Cannot pin LXD: its provider tells no server_certificate");
  const fingerprint = fingerprintOf(identity);
  const before = await readVisited(`${fingerprint} ${server.fingerprint}`);
  const unit = unitName().replace("/", "-");
  const work = { project: identity.project, instance: `${unit}-${short(fingerprint)}` };
  const endpoints = nodes.map(({ endpoint }) => endpoint).filter(
    (endpoint) => before.endpoints.includes(endpoint),
  );
  const problems: Status[] = [];
  using lxd = createPinnedFetch({ ...identity, server, signal: AbortSignal.timeout(LIMIT_MS) });
  for (const node of nodes.filter(({ endpoint }) => !endpoints.includes(endpoint))) {
    try {
      await tryNode(lxd.fetch, node, work);
      endpoints.push(node.endpoint);
      const { instance, project } = work;
      const report = `Created and deleted the instance ${instance} of ${project} on ${node.name}`;
      await run("juju-log", ["--log-level", "INFO", "--", report]);
    } catch (error) {
      problems.push(problemOf(node.name, error));
    }
  }
  await run("state-set", [`${VISITED}=${JSON.stringify({ ...before, endpoints })}`]);
  const count = nodes.length === 1 ? "1 node" : `${nodes.length} nodes`;
  const message = `${count}, certificate ${short(fingerprint)}`;
  return problems[0] ?? { status: "active", message };
}

async function readVisited(what: string): Promise<Visited> {
  const text = await ask<string>("state-get", VISITED);
  const visited: Visited = text === "" ? undefined : JSON.parse(text);
  return visited?.with === what ? visited : { with: what, endpoints: [] };
}

/** Forgets the visited nodes. */
export async function forgetVisit(): Promise<void> {
  await run("state-delete", [VISITED]);
}

/** Returns the status for a failing node. Throws an error of neither LXD nor the network: a bug. */
function problemOf(node: string, error: unknown): Status {
  if (error instanceof LxdError || error instanceof PinError) {
    return blocked(`${node}: ${error.message}`);
  }
  const isOfNetwork = Error.isError(error) && (error.name === "TimeoutError" || "code" in error);
  if (isOfNetwork) return waiting(`${node} does not answer: ${error.message}`);
  throw error;
}
