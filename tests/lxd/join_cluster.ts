/**
 * Joins a real LXD or Incus to a cluster as an operator does: by a token, which works with every
 * version.
 *
 * @module
 */

import type { Product } from "./product.ts";

/** Daemon and token. */
export interface JoinOptions {
  /** Product of the daemon. */
  readonly product: Product;
  /** Its directory. */
  readonly directory: string;
  /** Address at which it is to listen, such as "127.20.7.2:8443". */
  readonly serverAddress: string;
  /** The token that `lxc cluster add` prints. */
  readonly token: string;
}

/** Joins a cluster. @throws {Error} with LXD's message, if LXD refuses. */
export async function joinCluster(
  { product, directory, serverAddress, token }: JoinOptions,
): Promise<void> {
  const { setUp: [program, ...args], variable } = product;
  const process = new Deno.Command(program, {
    args: [...args, "--preseed"],
    env: { [variable]: directory },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const preseed = {
    cluster: { enabled: true, server_address: serverAddress, cluster_token: token },
  };
  const writer = process.stdin.getWriter();
  // JSON is YAML, too.
  await writer.write(new TextEncoder().encode(JSON.stringify(preseed)));
  await writer.close();
  const { success, stderr } = await process.output();
  if (success) return;
  throw new Error(`Cannot join a cluster: ${new TextDecoder().decode(stderr).trim()}`);
}
