/**
 * Debian's LXD, installed if it is missing.
 *
 * @module
 */

// LXD runs `ip` when it starts, and its package does not depend on it.
const PACKAGES = ["lxd", "lxd-client", "iproute2"];
const LOCK_PATH = "/tmp/lxd-tests-install.lock";

/**
 * Sees to it that the programs `lxd` and `lxd-client` are there. Test files run in parallel
 * processes, so a file lock lets one of them install and the others wait.
 *
 * @throws {Error} which says what to install, if this process cannot: a test that needs a real
 * LXD must never be skipped in silence.
 */
export async function ensureLxd(): Promise<void> {
  if (await isInstalled()) return;
  if (Deno.uid() !== 0 || !await succeeds("apt-get", ["--version"])) {
    throw new Error(
      `Cannot start a real LXD: install Debian's packages ${PACKAGES.join(", ")}, ` +
        "and run the tests as root",
    );
  }
  using lock = await Deno.open(LOCK_PATH, { create: true, write: true });
  const exclusive = true;
  await lock.lock(exclusive);
  if (await isInstalled()) return;
  await apt(["update"]);
  await apt(["install", "-y", "--no-install-recommends", ...PACKAGES]);
}

async function isInstalled(): Promise<boolean> {
  return await succeeds("lxd", ["--version"]) && await succeeds("ip", ["-V"]);
}

async function apt(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("apt-get", {
    args: [...args],
    // Services of the package must not start: each test brings up daemons of its own.
    env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot install LXD: apt-get ${args[0]}: ${new TextDecoder().decode(stderr)}`,
    );
  }
}

/**
 * Runs a program.
 *
 * @param program Name of the program.
 * @param args Its arguments.
 * @returns Whether it is there and ends well.
 */
export async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
