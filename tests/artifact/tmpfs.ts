/**
 * File systems in memory: small ones that tests fill, or quick ones.
 *
 * @module
 */
import { makeTemporaryFolder } from "../temporary.ts";

/** A mounted file system. Disposal unmounts it. */
export interface Tmpfs extends AsyncDisposable {
  /** Its folder. */
  readonly path: string;
}

/**
 * Mounts a file system in memory. Only root may.
 *
 * @param size Its size, as `mount` reads it: `30m`, or a number of bytes.
 */
export async function mountTmpfs(size: string): Promise<Tmpfs> {
  const path = await makeTemporaryFolder({ prefix: "tmpfs-" });
  await command("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await command("umount", path);
      await Deno.remove(path);
    },
  };
}

async function command(program: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(`Cannot ${program}: ${new TextDecoder().decode(stderr)}`);
}
