/**
 * Incus from Debian's backports, installed if it is missing.
 *
 * @module
 */
import { ensurePackages } from "../packages.ts";

/** The daemon: Debian keeps it away from `PATH`. */
export const INCUSD = "/usr/libexec/incus/incusd";

/**
 * Installs `incusd` and the client `incus`, unless they are installed.
 *
 * @throws {Error} which names the packages, if this process cannot install them: a test that needs a
 * real Incus must never be skipped in silence.
 */
export async function ensureIncus(): Promise<void> {
  await ensurePackages({
    purpose: "start a real Incus",
    // The package `incus` adds programs for containers and virtual machines. Tests start none.
    packages: ["incus-base", "incus-client"],
    programs: [[INCUSD, "--version"], ["incus", "--version"]],
    isBackported: true,
  });
}
