/**
 * Debian's LXD, installed if it is missing.
 *
 * @module
 */
import { ensurePackages } from "../packages.ts";

/**
 * Installs the programs `lxd` and `lxd-client`, unless they are installed.
 *
 * @throws {Error} which names the packages, if this process cannot install them: a test that needs a
 * real LXD must never be skipped in silence.
 */
export async function ensureLxd(): Promise<void> {
  await ensurePackages({
    purpose: "start a real LXD",
    // LXD runs `ip` when it starts, and its package does not depend on it.
    packages: ["lxd", "lxd-client", "iproute2"],
    programs: [["lxd", "--version"], ["ip", "-V"]],
  });
}
