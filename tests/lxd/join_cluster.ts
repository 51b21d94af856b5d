/**
 * Joins a real LXD to a cluster as an operator does: by a token, which every version takes.
 *
 * @module
 */

/** Who joins, and by what. */
export interface JoinOptions {
  /** `LXD_DIR` of the daemon. */
  readonly directory: string;
  /** Where it shall be reached, such as "127.20.7.2:8443". */
  readonly serverAddress: string;
  /** The token that `lxc cluster add` prints. */
  readonly token: string;
}

/** Joins a cluster. @throws {Error} in LXD's words, if it does not come to that. */
export async function joinCluster(
  { directory, serverAddress, token }: JoinOptions,
): Promise<void> {
  const process = new Deno.Command("lxd", {
    args: ["init", "--preseed"],
    env: { LXD_DIR: directory },
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
