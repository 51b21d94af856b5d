/**
 * This charm's work in LXD: the creation and deletion of an empty instance.
 *
 * @module
 */
import type { AnsweredNode } from "@lxd-integrator/requirer";
import type { Fetch } from "@lxd-integrator/requirer/pinned-fetch";

/** Work in LXD. */
export interface Work {
  /** The project to work in. */
  readonly project: string;
  /** Name of the instance, which must be unique, because the charm deletes the instance. */
  readonly instance: string;
}

/** A refusal of LXD. */
export class LxdError extends Error {
  /** Fixed name. */
  override readonly name = "LxdError";
}

interface Reply {
  readonly type: string;
  readonly error?: string;
  readonly operation?: string;
  // deno-lint-ignore no-explicit-any -- Each call knows what it asked for.
  readonly metadata?: any;
}

const NOT_FOUND = 404;

/**
 * Creates and deletes an empty instance on a node.
 *
 * @param fetch Sends requests to LXD as this charm.
 * @throws {LxdError} If LXD refuses.
 */
export async function tryNode(fetch: Fetch, node: AnsweredNode, work: Work): Promise<void> {
  const lxd = connect(fetch, node.endpoint, work.project);
  const { auth, environment } = (await lxd("GET", "/1.0")).metadata;
  if (auth !== "trusted") throw new LxdError("LXD does not trust our certificate");
  const { metadata: [pool] } = await lxd("GET", "/1.0/storage-pools");
  if (pool === undefined) throw new LxdError("LXD has no storage pool");
  const path = `/1.0/instances/${work.instance}`;
  // A killed hook may have left the instance.
  await lxd("DELETE", path, { orAbsent: true });
  const target: Record<string, string> = environment.server_clustered ? { target: node.name } : {};
  await lxd("POST", "/1.0/instances", {
    query: target,
    body: {
      name: work.instance,
      source: { type: "none" },
      // The project's profile need not have a root disk.
      devices: { root: { type: "disk", path: "/", pool: pool.replace(/^.*\//, "") } },
    },
  });
  await lxd("DELETE", path);
}

interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Whether a missing object is no error. @default {false} */
  readonly orAbsent?: boolean;
}

/** Returns a function that sends a request, and waits for the operation that it may start. */
function connect(fetch: Fetch, endpoint: string, project: string) {
  const send = async (method: string, path: string, options: CallOptions): Promise<Reply> => {
    const { query = {}, body, orAbsent = false } = options;
    const url = new URL(path, endpoint);
    for (const [name, value] of Object.entries({ project, ...query })) {
      url.searchParams.set(name, value);
    }
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(url.href, init);
    const reply: Reply = await response.json();
    if (response.ok || (orAbsent && response.status === NOT_FOUND)) return reply;
    throw new LxdError(reply.error ?? `${method} ${path} gives HTTP status ${response.status}`);
  };
  return async (method: string, path: string, options: CallOptions = {}): Promise<Reply> => {
    const reply = await send(method, path, options);
    if (reply.type !== "async" || !reply.operation) return reply;
    const { pathname } = new URL(reply.operation, endpoint);
    const { metadata } = await send("GET", `${pathname}/wait`, {});
    if (metadata.status === "Success") return reply;
    throw new LxdError(metadata.err || `${method} ${path} ends as ${metadata.status}`);
  };
}
