/**
 * Incus from Debian's backports, installed if it is missing.
 *
 * @module
 */
import { ensurePackages } from "../packages.ts";

/** The daemon: Debian keeps it away from `PATH`. */
export const INCUSD = "/usr/libexec/incus/incusd";

/**
 * Sees to it that `incusd` and the client `incus` are there.
 *
 * @throws {Error} which says what to install, if this process cannot: a test that needs a real
 * Incus must never be skipped in silence.
 */
export async function ensureIncus(): Promise<void> {
  await ensurePackages({
    purpose: "start a real Incus",
    // The package `incus` adds what containers and virtual machines need, and tests do not.
    packages: ["incus-base", "incus-client"],
    programs: [[INCUSD, "--version"], ["incus", "--version"]],
    isBackported: true,
  });
}
