/**
 * Joins a real LXD or Incus to a cluster as an operator does: by a token, which every version takes.
 *
 * @module
 */

import type { Product } from "./product.ts";

/** Who joins, and by what. */
export interface JoinOptions {
  /** What the daemon is. */
  readonly product: Product;
  /** Its directory. */
  readonly directory: string;
  /** Where it shall be reached, such as "127.20.7.2:8443". */
  readonly serverAddress: string;
  /** The token that `lxc cluster add` prints. */
  readonly token: string;
}

/** Joins a cluster. @throws {Error} in LXD's words, if it does not come to that. */
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
  // What is JSON is YAML as well.
  await writer.write(new TextEncoder().encode(JSON.stringify(preseed)));
  await writer.close();
  const { success, stderr } = await process.output();
  if (success) return;
  throw new Error(`Cannot join a cluster: ${new TextDecoder().decode(stderr).trim()}`);
}
