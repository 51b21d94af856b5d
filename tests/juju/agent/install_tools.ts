/**
 * Installs the hook tools that a hook finds on PATH.
 *
 * @module
 */

import { join } from "node:path/posix";
import { TOOL_NAMES } from "../tools/registry.ts";

const CLIENT = new URL("./tool_client.pl", import.meta.url);

/** Makes the directory of hook tools that all units share: links to one client. */
export async function installTools(root: string): Promise<void> {
  const client = join(root, "tool-client");
  const tools = join(root, "tools");
  try {
    await Deno.mkdir(tools);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
  // fetch() also reads the client of a library that comes from a registry.
  await Deno.writeTextFile(client, await (await fetch(CLIENT)).text());
  await Deno.chmod(client, 0o755);
  for (const name of TOOL_NAMES) await Deno.symlink(client, join(tools, name));
}
