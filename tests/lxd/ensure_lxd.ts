/**
 * Debian's LXD, installed if it is missing.
 *
 * @module
 */
import { ensurePackages } from "../packages.ts";

/**
 * Sees to it that the programs `lxd` and `lxd-client` are there.
 *
 * @throws {Error} which says what to install, if this process cannot: a test that needs a real
 * LXD must never be skipped in silence.
 */
export async function ensureLxd(): Promise<void> {
  await ensurePackages({
    purpose: "start a real LXD",
    // LXD runs `ip` when it starts, and its package does not depend on it.
    packages: ["lxd", "lxd-client", "iproute2"],
    programs: [["lxd", "--version"], ["ip", "-V"]],
  });
}
