/**
 * The emulator for arm64.
 *
 * @module
 */
import { ensurePackages } from "../packages.ts";

/** Runs a program for arm64. */
export const EMULATOR = "/usr/bin/qemu-aarch64";
/** Folder of the libraries for arm64, from Debian's packages for cross-compiling. */
export const LIBRARIES = "/usr/aarch64-linux-gnu";

/** Installs the emulator, unless it is installed. */
export async function ensureEmulator(): Promise<void> {
  await ensurePackages({
    purpose: "emulate arm64",
    packages: ["qemu-user", "libc6-arm64-cross", "libgcc-s1-arm64-cross"],
    programs: [
      [EMULATOR, "--version"],
      ["test", "-e", `${LIBRARIES}/lib/libc.so.6`],
      ["test", "-e", `${LIBRARIES}/lib/libgcc_s.so.1`],
    ],
  });
}
